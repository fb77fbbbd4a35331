import { index, layout, type RouteConfigEntry, route } from "@remix-run/route-config";

/**
 * The routes of the demo shop, for app/routes.ts. Files are relative to app/, as Remix expects. Each route has an id of
 * its own, because the default is the path: browsers send ids in query strings, where some firewalls reject "../".
 * @param children the help pages, which the shop's frame surrounds.
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
