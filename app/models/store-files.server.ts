import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod/v4";
import type { OrderItem, PaymentRecord, PostalAddress, Shipment } from "#db/shapes.ts";
import { slugify } from "./article-passages.ts";
import { orderSchema, productSchema, userSchema } from "./store-schema.ts";

/** A store's data cannot be imported; the message names the file, the place in it and the fault. */
export class StoreImportError extends Error {}

/** What the three files hold, in the shape of our tables. */
export type StoreData = {
	products: {
		id: string;
		slug: string;
		name: string;
		category: string | null;
		description: string;
		details: Record<string, string>;
	}[];
	variants: {
		id: string;
		productId: string;
		options: Record<string, string>;
		priceCents: number;
		available: boolean;
		stock: number | null;
		position: number;
	}[];
	customers: { id: string; name: string; email: string; address: PostalAddress | null }[];
	orders: {
		number: string;
		customerId: string;
		status: string;
		items: OrderItem[];
		shipments: Shipment[];
		payments: PaymentRecord[];
		address: PostalAddress | null;
		totalCents: number;
		placedAt: Date | null;
		expectedOn: string | null;
		deliveredAt: Date | null;
	}[];
};

/** A place in a file as a person would point at it: `orders.json["#W123"].items[2].price`. */
export function placeIn(file: string, path: readonly PropertyKey[]): string {
	let place = file;
	for (const key of path) {
		if (typeof key === "number") place += `[${key}]`;
		else if (/^[A-Za-z_$][\w$]*$/.test(String(key)) && place !== file) place += `.${String(key)}`;
		else place += `[${JSON.stringify(String(key))}]`;
	}
	return place;
}

async function readRecords<Schema extends z.ZodType>(
	directory: string,
	file: string,
	schema: Schema,
): Promise<[string, z.output<Schema>][]> {
	const path = join(directory, file);
	let source: string;
	try {
		source = await readFile(path, "utf8");
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		const fault = code === "ENOENT" ? "there is no such file in that folder" : `it cannot be read (${code})`;
		throw new StoreImportError(`${path}: ${fault}.`, { cause: error });
	}
	let data: unknown;
	try {
		data = JSON.parse(source.replace(/^\uFEFF/, ""));
	} catch (error) {
		const fault = error instanceof Error ? error.message : String(error);
		throw new StoreImportError(`${path}: this is not valid JSON: ${fault}.`, { cause: error });
	}
	const isTable = typeof data === "object" && data !== null && !Array.isArray(data);
	if (!isTable)
		throw new StoreImportError(`${path}: this must be one JSON object with a record under each id.`);
	return Object.entries(data as Record<string, unknown>).map(([key, value]) => {
		const parsed = schema.safeParse(value);
		if (parsed.success) return [key, parsed.data];
		const issue = parsed.error.issues[0];
		throw new StoreImportError(`${placeIn(file, [key, ...(issue?.path ?? [])])}: ${issue?.message}.`);
	});
}

/** Throws at the second record that has an id already taken. */
function refuseTwin(seen: Map<string, string>, id: string, place: string) {
	const twin = seen.get(id);
	if (twin) throw new StoreImportError(`${place}: ${JSON.stringify(id)} is already used by ${twin}.`);
	seen.set(id, place);
}

/**
 * Reads and checks products.json, users.json and orders.json of a folder, in the shape of tau-bench's retail
 * data; nothing is written. An order of a customer who is not in users.json is a fault too.
 * @throws StoreImportError for the first fault, with file, place and what is wrong.
 */
export async function readStoreFiles(directory: string): Promise<StoreData> {
	const kind = await stat(directory).catch(() => null);
	if (!kind) throw new StoreImportError(`${directory}: there is no such folder.`);
	if (!kind.isDirectory())
		throw new StoreImportError(`${directory}: this is a file; name the folder that holds products.json.`);

	const data: StoreData = { products: [], variants: [], customers: [], orders: [] };
	const ids = {
		product: new Map<string, string>(),
		item: new Map<string, string>(),
		slug: new Map<string, string>(),
	};
	for (const [key, product] of await readRecords(directory, "products.json", productSchema)) {
		refuseTwin(ids.product, product.product_id, placeIn("products.json", [key, "product_id"]));
		const slug = freeSlug(ids.slug, product.name, product.product_id);
		const { product_id: id, name, category = null, description = "", details = {} } = product;
		data.products.push({ id, slug, name, category, description, details });
		for (const [position, [variantKey, variant]] of Object.entries(product.variants).entries()) {
			refuseTwin(
				ids.item,
				variant.item_id,
				placeIn("products.json", [key, "variants", variantKey, "item_id"]),
			);
			data.variants.push({
				id: variant.item_id,
				productId: id,
				options: variant.options,
				priceCents: variant.price,
				available: variant.available,
				stock: variant.stock ?? null,
				position,
			});
		}
	}
	const customerIds = new Set<string>();
	for (const [id, user] of await readRecords(directory, "users.json", userSchema)) {
		customerIds.add(id);
		const name = `${user.name.first_name} ${user.name.last_name}`;
		data.customers.push({ id, name, email: user.email, address: user.address ?? null });
	}
	const numbers = new Map<string, string>();
	for (const [key, order] of await readRecords(directory, "orders.json", orderSchema)) {
		const number = order.order_id.replace(/^#/, "").toUpperCase();
		refuseTwin(numbers, number, placeIn("orders.json", [key, "order_id"]));
		if (!customerIds.has(order.user_id)) {
			const place = placeIn("orders.json", [key, "user_id"]);
			throw new StoreImportError(`${place}: users.json has no ${JSON.stringify(order.user_id)}.`);
		}
		data.orders.push(asOrder(number, order));
	}
	return data;
}

function asOrder(number: string, order: z.output<typeof orderSchema>): StoreData["orders"][number] {
	const items = order.items.map((item) => ({
		name: item.name,
		productId: item.product_id,
		itemId: item.item_id,
		priceCents: item.price,
		...(item.quantity ? { quantity: item.quantity } : {}),
		options: item.options,
	}));
	return {
		number,
		customerId: order.user_id,
		status: order.status,
		items,
		shipments: (order.fulfillments ?? []).map((shipment) => ({
			trackingIds: shipment.tracking_id,
			itemIds: shipment.item_ids,
		})),
		payments: (order.payment_history ?? []).map((payment) => ({
			type: payment.transaction_type,
			amountCents: payment.amount,
			...(payment.payment_method_id ? { method: payment.payment_method_id } : {}),
		})),
		address: order.address ?? null,
		totalCents: items.reduce((sum, item) => sum + item.priceCents * (item.quantity ?? 1), 0),
		placedAt: order.placed_at ?? null,
		expectedOn: order.expected_on ?? null,
		deliveredAt: order.delivered_at ?? null,
	};
}

/** The product's name as an address; its id is added where another product has the same name. */
function freeSlug(taken: Map<string, string>, name: string, id: string): string {
	const plain = slugify(name) || slugify(id) || "product";
	const slug = taken.has(plain) ? `${plain}-${slugify(id)}` : plain;
	taken.set(slug, id);
	return slug;
}
