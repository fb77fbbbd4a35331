import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answerOffline } from "#app/ai/offline/answer.server.ts";
import { getOrder, listOrders } from "#app/models/order/order.server.ts";
import { importStore } from "#app/models/store-import/import.server.ts";
import { db } from "#db/client.server.ts";
import { customers, orders, products, productVariants } from "#db/schema.ts";
import { withQuestionAnalysis } from "#tests/setup/analysed.ts";
import { needs } from "#tests/setup/needs.ts";

const REAL_DATA = new URL("../../../shared/data/retail", import.meta.url).pathname;

type Json = Record<string, unknown>;

/** A small store in the format of the real data: two products, two customers, three orders. */
function smallStore(): { products: Json; users: Json; orders: Json } {
	const address = {
		address1: "1 Fern Way",
		address2: "",
		city: "Mosston",
		country: "USA",
		state: "ME",
		zip: "04000",
	};
	const line = (id: string, price: number) => ({
		name: "Snood",
		product_id: "100",
		item_id: id,
		price,
		options: { color: "moss" },
	});
	const order = (id: string, user: string, status: string, items: Json[], tracking?: string) => ({
		order_id: id,
		user_id: user,
		address,
		items,
		fulfillments: tracking ? [{ tracking_id: [tracking], item_ids: items.map((item) => item.item_id) }] : [],
		status,
		payment_history: [{ transaction_type: "payment", amount: 19.99, payment_method_id: "paypal_1" }],
	});
	return {
		products: {
			"100": {
				name: "Snood",
				product_id: "100",
				variants: {
					"101": { item_id: "101", options: { color: "moss" }, available: true, price: 19.99 },
					"102": { item_id: "102", options: { color: "bark" }, available: false, price: 0.29 },
				},
			},
			"200": { name: "Snood", product_id: "200", variants: {} },
		},
		users: {
			ada_fern_1: {
				name: { first_name: "Ada", last_name: "Fern" },
				address,
				email: "ada@example.com",
				payment_methods: {},
				orders: [],
			},
			bo_moss_2: { name: { first_name: "Bo", last_name: "Moss" }, address, email: "bo@example.com" },
		},
		orders: {
			"#W5550001": order(
				"#W5550001",
				"ada_fern_1",
				"delivered",
				[line("101", 19.99), line("102", 0.29)],
				"700800900100",
			),
			"#W5550002": order("#W5550002", "ada_fern_1", "pending", [line("101", 1148.42)]),
			"#W5550003": order("#W5550003", "bo_moss_2", "cancelled", [line("101", 4.1)]),
		},
	};
}

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

/** Writes the three files of a store into a new folder: a string unchanged, any other value as JSON. */
async function folderOf(files: Record<string, unknown>): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "mevi-store-"));
	folders.push(folder);
	for (const [name, content] of Object.entries(files)) {
		await writeFile(
			join(folder, `${name}.json`),
			typeof content === "string" ? content : JSON.stringify(content),
		);
	}
	return folder;
}

/** Every row of the store's tables with its transaction id (xmin), which changes when the row is written again. */
async function wholeStore() {
	const versions = (table: typeof products | typeof productVariants | typeof customers | typeof orders) =>
		db
			.select({ row: sql<string>`${table}::text`, writer: sql<string>`xmin::text` })
			.from(table)
			.orderBy(asc(sql`1`));
	return Promise.all([versions(products), versions(productVariants), versions(customers), versions(orders)]);
}

async function ask(question: string, customerId: string | null): Promise<string> {
	const signal = new AbortController().signal;
	const request = { question, history: [], customerId, customerName: null, locale: "en", signal };
	return (await withQuestionAnalysis(answerOffline)(request, () => {})).text;
}

describe("importing a store", () => {
	let folder: string;
	const progress: string[] = [];

	beforeAll(async () => {
		folder = await folderOf(smallStore());
		await importStore(folder, (line) => progress.push(line));
	});

	it("loads every record, order numbers without their hash sign and money in cents", async () => {
		expect(progress[0]).toBe("Read 2 products, 2 customers and 3 orders.");
		expect(progress).toContain("orders: 3 read, 3 new, 0 changed.");
		const slugs = await db.select({ slug: products.slug }).from(products).orderBy(asc(products.id));
		expect(slugs.map(({ slug }) => slug)).toEqual(["snood", "snood-200"]);
		const order = await getOrder({ number: "#w5550001", customerId: "ada_fern_1" });
		expect(order).toMatchObject({ number: "W5550001", status: "delivered", totalCents: 2_028 });
		expect(order?.shipments[0]?.trackingIds).toEqual(["700800900100"]);
		expect((await getOrder({ number: "W5550002", customerId: "ada_fern_1" }))?.totalCents).toBe(114_842);
		expect(await listOrders({ customerId: "ada_fern_1", limit: 10 })).toHaveLength(2);
	});

	it("changes nothing the second time", async () => {
		const before = await wholeStore();
		const summary = await importStore(folder);
		expect(summary.orders).toEqual({ total: 3, created: 0, updated: 0 });
		expect(await wholeStore()).toEqual(before);
	});

	it("writes only what differs, and removes variants that no longer exist", async () => {
		const store = smallStore();
		(store.orders["#W5550002"] as Json).status = "processed";
		delete ((store.products["100"] as Json).variants as Json)["102"];
		const summary = await importStore(await folderOf(store));
		expect(summary.orders).toEqual({ total: 3, created: 0, updated: 1 });
		expect(summary.products).toEqual({ total: 2, created: 0, updated: 0 });
		expect(await db.$count(productVariants, eq(productVariants.productId, "100"))).toBe(1);
		expect((await getOrder({ number: "W5550002", customerId: "ada_fern_1" }))?.status).toBe("processed");
		await importStore(folder);
	});

	it("answers the three questions about orders", async () => {
		expect(await ask("where is my order #W5550001?", "ada_fern_1")).toMatch(
			/W5550001 has been delivered.*700800900100/,
		);
		const foreign = await ask("where is my order #W5550003?", "ada_fern_1");
		expect(foreign).toMatch(/no such order in your account/);
		expect(foreign).toBe(await ask("where is my order #W5559999?", "ada_fern_1"));
		expect(await ask("where is my order #W5550001?", null)).toMatch(/sign in/i);
	});
});

describe("a fault in the files", () => {
	const broken = (change: (store: ReturnType<typeof smallStore>) => void) => {
		const store = smallStore();
		change(store);
		return store as Record<string, unknown>;
	};
	const item = (store: ReturnType<typeof smallStore>) =>
		((store.orders["#W5550001"] as Json).items as Json[])[1]!;

	it.each<[string, Record<string, unknown>, RegExp]>([
		[
			"a price that is no number",
			broken((store) => (item(store).price = "cheap")),
			/orders\.json\["#W5550001"\]\.items\[1\]\.price: .*number/,
		],
		[
			"a price with three decimals",
			broken((store) => (item(store).price = 1.005)),
			/orders\.json\["#W5550001"\]\.items\[1\]\.price: must have at most two decimals\./,
		],
		[
			"a missing field",
			broken((store) => delete (store.orders["#W5550003"] as Json).status),
			/orders\.json\["#W5550003"\]\.status: is missing/,
		],
		[
			"a customer who is not there",
			broken((store) => ((store.orders["#W5550003"] as Json).user_id = "nobody")),
			/orders\.json\["#W5550003"\]\.user_id: users\.json has no "nobody"\./,
		],
		[
			"an order number used twice",
			broken((store) => ((store.orders["#W5550003"] as Json).order_id = "w5550001")),
			/orders\.json\["#W5550003"\]\.order_id: "W5550001" is already used by/,
		],
		[
			"a NUL character",
			broken((store) => (item(store).name = "a\u0000b")),
			/items\[1\]\.name: must not contain a NUL/,
		],
		["malformed JSON", { ...smallStore(), users: "{ oops" }, /users\.json: this is not valid JSON/],
		[
			"a list in place of a table",
			{ ...smallStore(), products: "[]" },
			/products\.json: this must be one JSON object/,
		],
		["a missing file", { products: {}, users: {} }, /orders\.json: there is no such file/],
	])("is reported with its file and place, and nothing of it is loaded: %s", async (_, files, message) => {
		const before = await wholeStore();
		const { refused } = await importStore(await folderOf(files));
		expect(refused.join("\n")).toMatch(message);
		expect(await wholeStore()).toEqual(before);
	});

	it("does not hide the other faults, and the valid records are imported", async () => {
		const store = smallStore();
		(store.products["200"] as Json).name = null;
		store.users.cy_reed_3 = { name: "Cy", email: "cy at example" };
		store.users.di_sedge_4 = { name: { first_name: "Di" }, email: "di@example.com" };
		const order = (id: string, user: string) => ({
			...(store.orders["#W5550002"] as Json),
			order_id: id,
			user_id: user,
		});
		Object.assign(store.orders, {
			"#W5550004": { ...order("#W5550004", "di_sedge_4"), placed_at: 1_764_237_600, delivered_at: false },
			"#W5550005": order("#W5550005", "cy_reed_3"),
			"#W5550006": order("#W5550006", "di_sedge_4"),
		});
		const { refused, customers: people, orders: sold } = await importStore(await folderOf(store));
		expect(refused).toEqual([
			'products.json["200"].name: is missing.',
			'users.json["cy_reed_3"].email: must be an email address, not the text "cy at example".',
			expect.stringMatching(
				/^orders\.json\["#W5550004"\]\.placed_at: must be .*not the number 1764237600\.$/,
			),
			expect.stringMatching(/^orders\.json\["#W5550004"\]\.delivered_at: must be .*not false\.$/),
			'orders.json["#W5550005"].user_id: the customer "cy_reed_3" was refused (see users.json above).',
		]);
		expect(people.created).toBe(1);
		expect(sold.created).toBe(1);
		expect((await getOrder({ number: "W5550006", customerId: "di_sedge_4" }))?.status).toBe("pending");
		expect(await db.$count(products, eq(products.id, "200"))).toBe(1);
	});

	it("in one file does not affect the others", async () => {
		const store = smallStore();
		(store.products["100"] as Json).name = "Warm Snood";
		const { refused, products: read } = await importStore(await folderOf({ ...store, users: "{ oops" }));
		expect(refused).toHaveLength(2);
		expect(refused[0]).toMatch(/users\.json: this is not valid JSON/);
		expect(refused[1]).toBe("orders.json: no order was imported, because users.json could not be read.");
		expect(read.updated).toBe(1);
		await importStore(await folderOf(smallStore()));
	});

	it("is reported when the folder does not exist", async () => {
		await expect(importStore("/nowhere/at/all")).rejects.toThrow("/nowhere/at/all: there is no such folder.");
		await expect(importStore(import.meta.filename)).rejects.toThrow(/this is a file/);
	});

	it("that only the database detects leaves no partial import", async () => {
		const store = smallStore();
		(store.products["100"] as Json).name = "Renamed Snood";
		// The order's id is too long for the index of the primary key, so Postgres fails after the products were written.
		store.users[randomBytes(8_000).toString("base64")] = store.users.bo_moss_2;
		const before = await wholeStore();
		await expect(importStore(await folderOf(store))).rejects.toThrow();
		expect(await wholeStore()).toEqual(before);
	});
});

describe("the real data", needs("../shared/data/retail", existsSync(REAL_DATA)), () => {
	it("is loaded completely, twice without a change, and its customers are answered", async () => {
		const first = await importStore(REAL_DATA);
		expect(first).toMatchObject({
			products: { total: 50 },
			variants: { total: 591 },
			customers: { total: 500 },
			orders: { total: 1_000, created: 1_000 },
		});
		const again = await importStore(REAL_DATA);
		const { refused, notes, ...counts } = again;
		expect({ refused, notes }).toEqual({ refused: [], notes: [] });
		expect(Object.values(counts).every(({ created, updated }) => created + updated === 0)).toBe(true);

		const [mine] = await db.select().from(orders).where(eq(orders.status, "processed")).limit(1);
		const [other] = await db.select().from(orders).where(eq(orders.status, "delivered")).limit(1);
		if (!mine || !other) throw new Error("the data has orders of both kinds");
		expect(await ask(`where is my order #${mine.number}`, mine.customerId)).toMatch(/has been processed/);
		expect(await ask(`where is my order #${other.number}`, mine.customerId)).toMatch(
			/no such order in your account/,
		);
		expect(await ask(`where is my order #${mine.number}`, null)).toMatch(/sign in/i);
	});
});
