import { index, layout, type RouteConfigEntry, route } from "@remix-run/route-config";

/**
 * The routes of the demo shop, for app/routes.ts. File paths are relative to app/, as Remix expects. Each route has its
 * own id, because the default id is the file path: browsers send route ids in query strings, where some firewalls
 * reject "../".
 * @param children the routes of the help pages, which are shown inside the shop's page layout.
 */
export function demoShopRoutes(children: RouteConfigEntry[]): RouteConfigEntry[] {
	return [
		layout("../demo/shop-routes/layout.tsx", { id: "demo/layout" }, [
			index("../demo/shop-routes/home.tsx", { id: "demo/home" }),
			route("products/:slug", "../demo/shop-routes/product.tsx", { id: "demo/product" }),
			...children,
		]),
		route("sign-in-as", "../demo/shop-routes/sign-in-as.tsx", { id: "demo/sign-in-as" }),
	];
}
