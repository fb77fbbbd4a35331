import { stat } from "node:fs/promises";
import type { z } from "zod/v4";
import { slugify } from "#app/models/article/passages.ts";
import { slugFrom } from "#app/models/article/slug.ts";
import type { Order } from "#app/models/order/order.server.ts";
import type { Product, ProductVariant } from "#app/models/product/product.server.ts";
import type { PostalAddress } from "#db/shapes.ts";
import { isEmptyValue } from "./empty-values.ts";
import { ImportMessages, pathText, readRecords, type StoreReport } from "./records.server.ts";
import { orderSchema, productSchema, userSchema } from "./schema.ts";

/** Error: the store's data cannot be read at all, for example because the folder does not exist. */
export class StoreImportError extends Error {}

/** The contents of the three import files, as rows of our tables. */
export type StoreData = {
	products: Omit<Product, "illustration" | "variants">[];
	variants: (ProductVariant & { id: string; productId: string; position: number })[];
	customers: { id: string; name: string; email: string | null; address: PostalAddress | null }[];
	orders: Omit<Order, "updatedAt">[];
};

/**
 * Registers the id of an imported record.
 * @returns false, with an entry in the report, when another record already has the id.
 */
function registerId(
	namesById: Map<string, string>,
	id: string,
	location: string,
	messages: ImportMessages,
): boolean {
	const twin = namesById.get(id);
	if (twin) messages.refuse(location, `${JSON.stringify(id)} is already used by ${twin}`);
	else namesById.set(id, location);
	return !twin;
}

/**
 * Reads products.json, users.json and orders.json of a folder, in the format of tau-bench's retail data; saves nothing.
 * Faulty records and files are reported in `refused`, and the rest is read. An order is refused too when its customer
 * is not in users.json or was refused.
 * @throws StoreImportError when the folder cannot be used.
 */
export async function readStoreFiles(directory: string): Promise<StoreData & StoreReport> {
	const kind = await stat(directory).catch(() => null);
	if (!kind) throw new StoreImportError(`${directory}: there is no such folder.`);
	if (!kind.isDirectory())
		throw new StoreImportError(`${directory}: this is a file; name the folder that holds products.json.`);
	const messages = new ImportMessages();
	const catalogue = await readProducts(directory, messages);
	const customers = await readCustomers(directory, messages);
	const orders = await readOrders(directory, customers, messages);
	return { ...catalogue, customers: customers ?? [], orders, ...messages.finish() };
}

async function readProducts(
	directory: string,
	messages: ImportMessages,
): Promise<Pick<StoreData, "products" | "variants">> {
	const data: Pick<StoreData, "products" | "variants"> = { products: [], variants: [] };
	const ids = { product: new Map<string, string>(), item: new Map<string, string>() };
	const slugs = new Map<string, string>();
	for (const [key, product] of (await readRecords(directory, "products.json", productSchema, messages)) ??
		[]) {
		const { product_id: id, name, category = null, description = "", details } = product;
		const variants = Object.entries(product.variants);
		const areFree = [
			registerId(ids.product, id, pathText("products.json", [key, "product_id"]), messages),
			...variants.map(([variantKey, variant]) =>
				registerId(
					ids.item,
					variant.item_id,
					pathText("products.json", [key, "variants", variantKey, "item_id"]),
					messages,
				),
			),
		];
		if (areFree.includes(false)) continue;
		data.products.push({ id, slug: unusedSlug(slugs, name, id), name, category, description, details });
		for (const [position, [, variant]] of variants.entries()) {
			const { item_id, options, price, stock = null } = variant;
			if (variant.available === undefined) {
				messages.note(
					"products.json",
					key,
					"variants.available",
					"not given, so availability was derived from stock",
				);
			}
			data.variants.push({
				id: item_id,
				productId: id,
				options,
				priceCents: price,
				available: variant.available ?? (stock ?? 0) > 0,
				stock,
				position,
			});
		}
	}
	return data;
}

async function readCustomers(
	directory: string,
	messages: ImportMessages,
): Promise<StoreData["customers"] | null> {
	const records = await readRecords(directory, "users.json", userSchema, messages);
	return (
		records?.flatMap(([id, user]) => {
			if (isEmptyValue(id)) {
				messages.refuseRecord("users.json", [id], "the customer's id is missing");
				return [];
			}
			if (!user.name) messages.note("users.json", id, "name", "not given, so the id stands for it");
			const { name = id, email = null } = user;
			return [{ id, name, email, address: presentAddressParts(user.address) }];
		}) ?? null
	);
}

async function readOrders(
	directory: string,
	customers: StoreData["customers"] | null,
	messages: ImportMessages,
): Promise<StoreData["orders"]> {
	const customerIds = customers && new Set(customers.map(({ id }) => id));
	const numbers = new Map<string, string>();
	const orders: StoreData["orders"] = [];
	const records = await readRecords(directory, "orders.json", orderSchema, messages);
	if (records && !customerIds) {
		messages.refuse("orders.json", "no order was imported, because users.json could not be read");
		return [];
	}
	for (const [key, order] of records ?? []) {
		const number = order.order_id.replace(/^#/, "").toUpperCase();
		const isFree = registerId(numbers, number, pathText("orders.json", [key, "order_id"]), messages);
		if (!customerIds?.has(order.user_id)) {
			const id = JSON.stringify(order.user_id);
			const fault = messages.isRefused("users.json", order.user_id)
				? `the customer ${id} was refused (see users.json above)`
				: `users.json has no ${id}`;
			messages.refuse(pathText("orders.json", [key, "user_id"]), fault);
		} else if (isFree) orders.push(toOrderRow(key, number, order, messages));
	}
	return orders;
}

function toOrderRow(
	key: string,
	number: string,
	order: z.output<typeof orderSchema>,
	messages: ImportMessages,
): StoreData["orders"][number] {
	const items = order.items.map(
		({ name, product_id: productId = "", item_id, price, quantity, options }) => ({
			name,
			productId,
			// A sold product may be missing from the catalogue by now, but the items of one order still need different ids.
			itemId: item_id ?? (productId || name),
			priceCents: price,
			...(quantity ? { quantity } : {}),
			options,
		}),
	);
	const payments = order.payment_history.flatMap((payment) => {
		const { transaction_type: type, amount: amountCents, payment_method_id: method } = payment;
		if (type !== undefined && amountCents !== undefined) {
			return [{ type, amountCents, ...(method ? { method } : {}) }];
		}
		messages.note(
			"orders.json",
			key,
			"payment_history",
			"a payment without a type or an amount was left out",
		);
		return [];
	});
	return {
		number,
		customerId: order.user_id,
		status: order.status,
		items,
		shipments: order.fulfillments
			.map((shipment) => ({ trackingIds: shipment.tracking_id, itemIds: shipment.item_ids }))
			.filter(({ trackingIds, itemIds }) => trackingIds.length + itemIds.length > 0),
		payments,
		address: presentAddressParts(order.address),
		totalCents: items.reduce((sum, item) => sum + item.priceCents * (item.quantity ?? 1), 0),
		placedAt: order.placed_at ?? null,
		expectedOn: order.expected_on ?? null,
		deliveredAt: order.delivered_at ?? null,
	};
}

/** The given parts of an imported postal address; null when there are none. */
function presentAddressParts(address: PostalAddress | undefined): PostalAddress | null {
	const parts = Object.entries(address ?? {}).filter(([, part]) => part !== undefined);
	return parts.length > 0 ? Object.fromEntries(parts) : null;
}

/** Makes a slug from the product's name. The product's id is added when another product has that slug. */
function unusedSlug(namesById: Map<string, string>, name: string, id: string): string {
	const plain = slugify(name) || slugify(id) || slugFrom(id) || "product";
	const slug = namesById.has(plain) ? `${plain}-${slugify(id) || slugFrom(id)}` : plain;
	namesById.set(slug, id);
	return slug;
}
