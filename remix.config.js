// The one home of Remix's options. Remix reads them from here through
// vite.config.ts (the Vite plugin itself never looks for this file), so a bare
// `remix build` with the classic compiler is not supported: see
// docs/decisions/001-remix-v2-with-vite.md.

/** @type {import("@remix-run/dev").VitePluginConfig} */
export default {
	appDirectory: "app",
	serverModuleFormat: "esm",
	future: {
		v3_fetcherPersist: true,
		v3_lazyRouteDiscovery: true,
		v3_relativeSplatPath: true,
		v3_routeConfig: true,
		v3_singleFetch: true,
		v3_throwAbortReason: true,
	},
};
