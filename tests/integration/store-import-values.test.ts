import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asc, eq } from "drizzle-orm";
import iconv from "iconv-lite";
import { afterAll, describe, expect, it } from "vitest";
import { answerOffline } from "#app/ai/offline/answer.server.ts";
import { importStore } from "#app/models/store-import/import.server.ts";
import { db } from "#db/client.server.ts";
import { customers, orders, products, productVariants } from "#db/schema.ts";
import { withQuestionAnalysis } from "#tests/setup/analysed.ts";

type Json = Record<string, unknown>;

function store() {
	return {
		products: {
			"100": {
				name: "Snood",
				product_id: "100",
				variants: { "101": { item_id: "101", options: { color: "moss" }, available: true, price: 19.99 } },
			} as Json,
		} as Record<string, Json | null>,
		users: {
			ada: { name: { first_name: "Ada", last_name: "Fern" }, email: "ada@example.com" },
			bo: { name: { first_name: "Bo", last_name: "Moss" }, email: "bo@example.com" },
		} as Record<string, Json>,
		orders: {
			"#W5550001": {
				order_id: "#W5550001",
				user_id: "ada",
				items: [
					{ name: "Snood", product_id: "100", item_id: "101", price: 19.99, options: { color: "moss" } },
				],
				status: "shipped",
			} as Json,
		} as Record<string, Json | null>,
	};
}
type Store = ReturnType<typeof store>;

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function importWith(
	change: (data: Store) => void,
	encodings: Partial<Record<keyof Store, string>> = {},
) {
	const data = store();
	change(data);
	const folder = await mkdtemp(join(tmpdir(), "mevi-store-"));
	folders.push(folder);
	for (const [name, records] of Object.entries(data)) {
		const encoding = encodings[name as keyof Store] ?? "utf8";
		await writeFile(
			join(folder, `${name}.json`),
			iconv.encode(JSON.stringify(records), encoding, { addBOM: encoding.startsWith("utf16") }),
		);
	}
	return importStore(folder);
}

const variantsOf = (data: Store) => data.products["100"]?.variants as Record<string, Json | null>;
const storedOrder = async () => (await db.select().from(orders).where(eq(orders.number, "W5550001")))[0];
const storedProduct = async (id: string) => (await db.select().from(products).where(eq(products.id, id)))[0];
const storedVariant = async (id: string) =>
	(await db.select().from(productVariants).where(eq(productVariants.id, id)))[0];

describe("null", () => {
	it.each([
		["null", null],
		["an empty text", ""],
		["blanks", " \u00a0"],
		["an invisible character", "\u200b"],
		["the word null", "null"],
		["the word NULL", "NULL"],
		["the word undefined", "undefined"],
	])("means missing, in every optional field: %s", async (_, nothing) => {
		const { refused } = await importWith((data) => {
			Object.assign(data.products["100"] as Json, {
				category: nothing,
				description: nothing,
				details: nothing,
			});
			Object.assign(variantsOf(data)["101"] as Json, {
				stock: nothing,
				options: { color: nothing, size: "M" },
			});
			data.users.ada = {
				name: { first_name: "Ada", last_name: nothing },
				email: nothing,
				address: {
					address1: "1 Fern Way",
					address2: nothing,
					city: nothing,
					country: nothing,
					state: nothing,
					zip: nothing,
				},
			};
			data.users.bo = { name: { first_name: nothing, last_name: nothing }, address: nothing };
			const order = data.orders["#W5550001"] as Json;
			Object.assign(order, {
				address: { zip: nothing },
				fulfillments: [
					{ tracking_id: [nothing, "T1"], item_ids: nothing },
					{ tracking_id: [nothing], item_ids: [nothing] },
					nothing,
				],
				payment_history: [{ transaction_type: nothing, amount: 2 }, nothing],
				placed_at: nothing,
				expected_on: nothing,
				delivered_at: nothing,
			});
			Object.assign((order.items as Json[])[0] as Json, {
				options: nothing,
				quantity: nothing,
				item_id: nothing,
			});
		});
		expect(refused).toEqual([]);
		expect(await storedProduct("100")).toMatchObject({ category: null, description: "", details: {} });
		expect(await storedVariant("101")).toMatchObject({ stock: null, options: { size: "M" } });
		const people = await db.select().from(customers).orderBy(asc(customers.id));
		expect(people).toMatchObject([
			{ name: "Ada", email: null },
			{ name: "bo", address: null },
		]);
		expect(people[0]?.address).toEqual({ address1: "1 Fern Way" });
		expect(await storedOrder()).toMatchObject({
			address: null,
			shipments: [{ trackingIds: ["T1"], itemIds: [] }],
			payments: [],
			placedAt: null,
			expectedOn: null,
			deliveredAt: null,
			items: [{ name: "Snood", options: {}, itemId: "100" }],
		});
		const { text } = await withQuestionAnalysis(answerOffline)(
			{
				question: "where is my order #W5550001?",
				history: [],
				customerId: "ada",
				customerName: null,
				locale: "en",
				signal: new AbortController().signal,
			},
			() => {},
		);
		expect(text).toContain("T1");
		expect(text).not.toMatch(/null|undefined|1970|object/i);
	});

	it("as an element, a key or a whole record is left out and reported", async () => {
		const {
			refused,
			notes,
			products: read,
		} = await importWith((data) => {
			data.products["300"] = null;
			variantsOf(data)["103"] = null;
			(variantsOf(data)["101"] as Json).options = { null: "x", "": "y", color: "moss" };
			((data.orders["#W5550001"] as Json).items as (Json | null)[]).push(null);
			data.orders["#W5550009"] = null;
		});
		expect(refused).toEqual([]);
		expect(read.total).toBe(1);
		const report = notes.join("\n");
		expect(report).toContain('products.json: records that are null were skipped ("300").');
		expect(report).toContain('orders.json: records that are null were skipped ("#W5550009").');
		expect(report).toContain('orders.json items: null in a list was left out ("#W5550001").');
		expect(report).toContain(
			'products.json variants.101.options.null: "null" as a name was left out ("100").',
		);
		expect((await storedVariant("101"))?.options).toEqual({ color: "moss" });
		expect((await storedOrder())?.items).toHaveLength(1);
	});

	it("in a required field refuses the record, and the message names the field", async () => {
		const { refused } = await importWith((data) => {
			data.users.undefined = { name: "Nobody" };
			Object.assign(data.orders["#W5550001"] as Json, { status: "null", items: null });
		});
		expect(refused).toEqual([
			`users.json["undefined"]: the customer's id is missing.`,
			'orders.json["#W5550001"].items: is missing.',
			'orders.json["#W5550001"].status: is missing.',
		]);
	});

	it(`in capitals as "Null" is a name: a surname and a product called Null stay`, async () => {
		await importWith((data) => {
			data.users.bo = { name: { first_name: "Jennifer", last_name: "Null" } };
			data.products["200"] = { name: "Null", product_id: "200" };
		});
		expect((await db.select().from(customers).where(eq(customers.id, "bo")))[0]?.name).toBe("Jennifer Null");
		expect(await storedProduct("200")).toMatchObject({ name: "Null", slug: "null" });
	});
});

describe("a customer's name", () => {
	it.each([
		["the first alone", { first_name: "Suharto" }, "Suharto"],
		["the last alone", { last_name: "Suharto" }, "Suharto"],
		["an empty last name", { first_name: "Suharto", last_name: "" }, "Suharto"],
		["one text", "Suharto", "Suharto"],
		["none", null, "bo"],
	])("may be given as %s", async (_, name, stored) => {
		const { refused } = await importWith((data) => {
			data.users.bo = { name, email: "bo@example.com" };
		});
		expect(refused).toEqual([]);
		expect((await db.select().from(customers).where(eq(customers.id, "bo")))[0]?.name).toBe(stored);
	});
});

describe("a time", () => {
	const importDate = (field: string, value: unknown) =>
		importWith((data) => {
			(data.orders["#W5550001"] as Json)[field] = value;
		});

	it.each([
		["2026-11-10", "2026-11-10T00:00:00.000Z"],
		["2026-11-10T10:00:00Z", "2026-11-10T10:00:00.000Z"],
		["2026-11-10T10:00:00.123456+02:00", "2026-11-10T08:00:00.123Z"],
		["2026-11-10T10:00:00", "2026-11-10T10:00:00.000Z"],
		["2026-11-10T10:00", "2026-11-10T10:00:00.000Z"],
		["2026-11-10 10:00:00", "2026-11-10T10:00:00.000Z"],
		["2026-11-10 10:00:00+00", "2026-11-10T10:00:00.000Z"],
		["2026-11-10 10:00:00.5 +0230", "2026-11-10T07:30:00.500Z"],
		["2026-11-10 10:00:00 UTC", "2026-11-10T10:00:00.000Z"],
		[" 2028-02-29 ", "2028-02-29T00:00:00.000Z"],
	])("is read as ISO 8601 and SQL write it: %s", async (written, moment) => {
		expect((await importDate("placed_at", written)).refused).toEqual([]);
		expect((await storedOrder())?.placedAt?.toISOString()).toBe(moment);
	});

	it("in another format is refused with file, row and field, and the stored row stays", async () => {
		await importDate("placed_at", "2026-11-10");
		const before = await storedOrder();
		const values = [
			...[0, 1_764_237_600, 1_764_237_600_000, -1, 2026, true, false, "0", "1764237600", "0000-00-00"],
			...["0000-00-00 00:00:00", "not a date", "10/11/2026", "10.11.2026", "2026-02-30", "2026-13-01"],
			...["2026-11-10T25:00:00Z", "1970-01-01", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31"],
			...[["2026-11-10"], { date: "2026-11-10" }, {}],
		];
		for (const value of values) {
			for (const field of ["placed_at", "delivered_at", "expected_on"]) {
				const { refused } = await importDate(field, value);
				expect(refused, JSON.stringify(value)).toHaveLength(1);
				expect(refused[0]).toContain(`orders.json["#W5550001"].${field}: must be a `);
			}
		}
		expect(await storedOrder()).toEqual(before);
	});

	it("in a field for days gives the day as written", async () => {
		await importDate("expected_on", "2026-03-14T00:00:00+09:00");
		expect((await storedOrder())?.expectedOn).toBe("2026-03-14");
	});
});

describe("what shops export", () => {
	it("is read in other encodings, which the report names", async () => {
		const { refused, notes } = await importWith(
			(data) => {
				(data.products["100"] as Json).name = "Tüchlein für Gäste";
				data.users.bo = { name: "Jörg" };
			},
			{ products: "windows-1252", users: "utf16-be", orders: "utf16-le" },
		);
		expect(refused).toEqual([]);
		expect(notes).toEqual([
			"products.json: read as windows-1252; check its letters.",
			"users.json: read as UTF-16BE; check its letters.",
			"orders.json: read as UTF-16LE; check its letters.",
		]);
		expect((await storedProduct("100"))?.name).toBe("Tüchlein für Gäste");
	});

	it("may have numbers for ids and texts for prices, and never becomes [object Object]", async () => {
		const { refused, notes } = await importWith((data) => {
			data.products["300"] = {
				name: "Cap",
				product_id: 300,
				details: { weight: 80, washable: true },
				variants: { "301": { item_id: 301, price: "12.50", stock: "3" } },
			};
			data.products["400"] = {
				name: "Hat",
				product_id: 400,
				variants: { "401": { item_id: 401, price: 1, available: true, options: { color: { name: "red" } } } },
			};
		});
		expect(refused).toEqual([
			'products.json["400"].variants["401"].options.color: must be text, not an object.',
		]);
		expect(notes.join()).toContain("variants.available: not given, so availability was derived from stock");
		expect(await storedVariant("301")).toMatchObject({ priceCents: 1_250, stock: 3, available: true });
		expect((await storedProduct("300"))?.details).toEqual({ weight: "80", washable: "true" });
	});
});
