import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { setEnv } from "#app/env.server.ts";
import { countProducts, getProduct, listProducts } from "#app/models/product/product.server.ts";
import { action as signOut } from "#app/routes/customer/sign-out.ts";
import { db } from "#db/client.server.ts";
import { articlePassages, articles, customers, orders, products, productVariants } from "#db/schema.ts";
import { seedDemoStore } from "#demo/seed/seed-demo-store.ts";
import { loader as homeLoader } from "#demo/shop-routes/home.tsx";
import { action as signInAs } from "#demo/shop-routes/sign-in-as.tsx";

const SHOP = "http://shop.test";

beforeAll(seedDemoStore);
beforeEach(() => setEnv({ MEVI_EMBEDDED: "yes" }));

/** The arguments with which a test calls a loader or action for a request. */
function args(request: Request): LoaderFunctionArgs & ActionFunctionArgs {
	return { request, params: {}, context: {} };
}

/** The response of a loader or action, also when the loader or action threw the response. */
async function answerOf(run: () => Promise<Response>): Promise<Response> {
	try {
		return await run();
	} catch (thrown) {
		if (thrown instanceof Response) return thrown;
		throw thrown;
	}
}

function form(path: string, fields: Record<string, string>, headers: Record<string, string> = {}): Request {
	return new Request(`${SHOP}${path}`, { method: "POST", body: new URLSearchParams(fields), headers });
}

async function cookieOf(customerId: string): Promise<string> {
	const answer = await answerOf(() => signInAs(args(form("/sign-in-as", { customerId }))));
	return answer.headers.get("Set-Cookie")?.split(";")[0] ?? "";
}

async function loadHome(cookie: string) {
	return homeLoader(args(new Request(`${SHOP}/`, { headers: { Cookie: cookie } })));
}

describe("the seed of the demo store", () => {
	it("may run again without duplicates, and restores what was changed", async () => {
		const tables = [products, productVariants, customers, orders, articles, articlePassages];
		const countAll = () => Promise.all(tables.map((table) => db.$count(table)));
		const before = await countAll();
		await db.update(products).set({ name: "Something else" });
		await seedDemoStore();
		expect(await countAll()).toEqual(before);
		expect(before.every((count) => count > 0)).toBe(true);
		expect(await listProducts()).not.toContainEqual(expect.objectContaining({ name: "Something else" }));
	});

	it("does not change other rows", async () => {
		await db.insert(products).values({ id: "own", slug: "own", name: "Own thing", category: "zzz" });
		await seedDemoStore();
		expect((await getProduct("own"))?.name).toBe("Own thing");
	});
});

describe("the product list", () => {
	it("pages without losing or repeating a product", async () => {
		const total = await countProducts();
		const seen: string[] = [];
		for (let offset = 0; offset < total; offset += 7) {
			seen.push(...(await listProducts({ offset, limit: 7 })).map((product) => product.id));
		}
		expect(seen).toHaveLength(total);
		expect(new Set(seen).size).toBe(total);
		expect(seen).toEqual((await listProducts()).map((product) => product.id));
	});

	it("shows the lowest price, and whether a variant is available", async () => {
		await db.insert(products).values({ id: "kite", slug: "kite", name: "Kite" });
		await db.insert(productVariants).values([
			{ id: "kite-a", productId: "kite", priceCents: 900, available: false, stock: 0, position: 0 },
			{ id: "kite-b", productId: "kite", priceCents: 700, available: false, stock: 0, position: 1 },
		]);
		expect((await listProducts()).find((product) => product.id === "kite")).toMatchObject({
			fromCents: 700,
			hasPriceRange: true,
			isAvailable: false,
		});
		expect((await getProduct("kite"))?.variants.map((variant) => variant.id)).toEqual(["kite-a", "kite-b"]);
		expect(await getProduct("no-such-thing")).toBeNull();
	});
});

describe("signing in to the demo store", () => {
	it("shows a customer their own orders and nobody else's", async () => {
		const home = await loadHome(await cookieOf("noor_haddad"));
		const own = (await db.select().from(orders)).filter((order) => order.customerId === "noor_haddad");
		expect(home.orders?.map((order) => order.number).sort()).toEqual(own.map((order) => order.number).sort());
		expect((await loadHome("")).orders).toBeNull();
	});

	it("returns only to a URL of this site", async () => {
		const goTo = async (next: string) => {
			const answer = await answerOf(() =>
				signInAs(args(form("/sign-in-as", { customerId: "noor_haddad", next }))),
			);
			return [answer.status, answer.headers.get("Location")];
		};
		expect(await goTo("/help?q=1")).toEqual([302, "/help?q=1"]);
		expect(await goTo("https://evil.example/")).toEqual([302, "/"]);
		expect(await goTo("//evil.example")).toEqual([302, "/"]);
	});

	it("exists only on the embedded database, and only for demo customers", async () => {
		await db.insert(customers).values({ id: "real_person", name: "Real Person", email: "real@example.com" });
		const attempt = (customerId: string) =>
			answerOf(() => signInAs(args(form("/sign-in-as", { customerId }))));
		expect((await attempt("real_person")).status).toBe(404);
		expect((await attempt("")).status).toBe(404);
		setEnv({ MEVI_EMBEDDED: "" });
		const refused = await attempt("noor_haddad");
		expect(refused.status).toBe(404);
		expect(refused.headers.get("Set-Cookie")).toBeNull();
	});

	it("ends with signing out", async () => {
		const cookie = await cookieOf("noor_haddad");
		const answer = await answerOf(() => signOut(args(form("/sign-out", {}, { Cookie: cookie }))));
		expect(answer.status).toBe(302);
		expect(answer.headers.get("Set-Cookie")).toMatch(/Max-Age=0/);
	});
});
