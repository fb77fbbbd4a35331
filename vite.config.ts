import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";
import { GUARDED_FILES, guardDriver } from "./db/driver-guard.ts";
import remixConfig from "./remix.config.js";

/**
 * postgres 3.4.9 does not outlive the loss of its connections (see db/driver-guard.ts). So the server's build
 * takes the driver in and mends it, and fails when there was nothing to mend.
 */
function guardPostgres(): Plugin {
	const guarded = new Set<string>();
	let isServerBuild = false;
	return {
		name: "guard-postgres",
		enforce: "pre",
		configResolved(config) {
			isServerBuild = config.command === "build" && Boolean(config.build.ssr);
		},
		transform(code, id) {
			const file = GUARDED_FILES.find((name) => id.replace(/\?.*$/, "").endsWith(`/postgres/src/${name}`));
			if (!file) return null;
			guarded.add(file);
			return guardDriver(file, code);
		},
		buildEnd(error) {
			const missed = GUARDED_FILES.filter((file) => !guarded.has(file));
			if (!error && isServerBuild && missed.length > 0)
				throw new Error(`postgres has changed: ${missed.join(" and ")} is not part of the build any more.`);
		},
	};
}

export default defineConfig({
	plugins: [guardPostgres(), tailwindcss(), remix(remixConfig)],
	build: { target: "es2022", assetsInlineLimit: 0 },
	ssr: { noExternal: ["postgres"] },
});
