import type { OrderItem, PaymentRecord, Shipment } from "#db/shapes.ts";
import { seedPeople } from "./people.ts";
import { seedProductId, seedProducts, seedVariantId } from "./products.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const HOUR_MS = 60 * 60 * 1000;
const FREE_DELIVERY_MIN_CENTS = 7_500;
const DELIVERY_CENTS = 690;
/** Days from an order to its promised delivery, and days to its actual delivery. */
const PROMISED_DELIVERY_DAYS = 5;
const ACTUAL_DELIVERY_DAYS = 4;
const CARRIERS = ["Northline", "Parcelbird", "Harbourmail"];
const PAYMENT_METHODS = ["Visa", "Mastercard", "PayPal", "Apple Pay", "Mevi gift card"];

type SeedStatus =
	| "pending"
	| "processed"
	| "shipped"
	| "delivered"
	| "cancelled"
	| "return_requested"
	| "returned"
	| "refunded";

export type SeedOrder = {
	number: string;
	customerId: string;
	status: SeedStatus;
	items: OrderItem[];
	shipments: Shipment[];
	payments: PaymentRecord[];
	totalCents: number;
	placedAt: Date;
	/** The promised day of delivery, YYYY-MM-DD; null for a cancelled order. */
	expectedOn: string | null;
	deliveredAt: Date | null;
};

/** Ages of the demo orders in days, by status: the age of the newest order, and the difference to each older one. */
const ORDER_AGES_DAYS: Record<SeedStatus, [youngest: number, step: number]> = {
	pending: [0.02, 0.04],
	processed: [0.6, 0.15],
	shipped: [2, 0.3],
	delivered: [6, 9],
	cancelled: [3, 21],
	return_requested: [12, 2],
	returned: [18, 3],
	refunded: [30, 11],
};

/** The statuses of each customer's three demo orders: at least one order is in progress and one is completed. */
const STATUSES_PER_CUSTOMER: [SeedStatus, SeedStatus, SeedStatus][] = [
	["shipped", "delivered", "refunded"],
	["pending", "delivered", "delivered"],
	["processed", "return_requested", "delivered"],
	["shipped", "delivered", "cancelled"],
	["pending", "returned", "delivered"],
];

/**
 * Creates the sixty orders of the demo store. Each call returns equal orders except for the dates, which are counted
 * back from `now`, so that promised deliveries are in the future.
 */
export function createSeedOrders(now: Date): SeedOrder[] {
	const counts = new Map<SeedStatus, number>();
	return seedPeople.flatMap((person, personIndex) => {
		const statuses = STATUSES_PER_CUSTOMER[personIndex % STATUSES_PER_CUSTOMER.length] ?? [];
		return statuses.map((status, place) => {
			const nth = counts.get(status) ?? 0;
			counts.set(status, nth + 1);
			return createSeedOrder({ customerId: person.id, status, nth, index: personIndex * 3 + place, now });
		});
	});
}

function createSeedOrder(options: {
	customerId: string;
	status: SeedStatus;
	nth: number;
	index: number;
	now: Date;
}): SeedOrder {
	const { customerId, status, nth, index, now } = options;
	const [youngest, step] = ORDER_AGES_DAYS[status];
	const placedAt = new Date(now.getTime() - (youngest + nth * step) * DAY_MS - HOUR_MS / 4);
	const items = pickItems(index);
	const itemsCents = items.reduce((sum, item) => sum + item.priceCents * (item.quantity ?? 1), 0);
	const totalCents = itemsCents + (itemsCents >= FREE_DELIVERY_MIN_CENTS ? 0 : DELIVERY_CENTS);
	const hasArrived = ["delivered", "return_requested", "returned", "refunded"].includes(status);
	const expected = new Date(placedAt.getTime() + PROMISED_DELIVERY_DAYS * DAY_MS);
	return {
		number: createOrderNumber(index),
		customerId,
		status,
		items,
		shipments: hasArrived || status === "shipped" ? [createShipment(index, items)] : [],
		payments: createPayments({ status, totalCents, index }),
		totalCents,
		placedAt,
		expectedOn: status === "cancelled" ? null : expected.toISOString().slice(0, 10),
		deliveredAt: hasArrived ? new Date(placedAt.getTime() + ACTUAL_DELIVERY_DAYS * DAY_MS) : null,
	};
}

/**
 * An order number: W and seven digits that look random and never repeat, because 7919 and 900,000 have no common
 * factor.
 */
function createOrderNumber(index: number): string {
	return `W${1_000_000 + (((index + 11) * 7_919 * 13) % 900_000)}`;
}

/**
 * Picks one to three different products for an order. The orders go through the catalogue in turn, so every product is
 * in some order.
 */
function pickItems(index: number): OrderItem[] {
	const howMany = 1 + (index % 3);
	return Array.from({ length: howMany }, (_, place) => {
		const product = seedProducts[(index * 5 + place * 7) % seedProducts.length];
		if (!product) throw new Error("The demo store has no products to order.");
		const position = (index + place) % product.variants.length;
		const variant = product.variants[position];
		if (!variant) throw new Error(`${product.name} has no variants to order.`);
		return {
			name: product.name,
			productId: seedProductId(product),
			itemId: seedVariantId(product, position),
			priceCents: variant.priceCents,
			quantity: variant.priceCents < 6_000 && (index + place) % 4 === 0 ? 2 : 1,
			options: variant.options,
		};
	});
}

function createShipment(index: number, items: OrderItem[]): Shipment {
	return {
		trackingIds: [String(700_100_000_000 + (((index + 3) * 48_271 * 9_973) % 99_999_999))],
		itemIds: items.map((item) => item.itemId),
		carrier: CARRIERS[index % CARRIERS.length],
	};
}

/** The payment of an order and, for a cancelled or returned order, the refund, which includes the delivery cost. */
function createPayments(options: { status: SeedStatus; totalCents: number; index: number }): PaymentRecord[] {
	const { status, totalCents, index } = options;
	const method = PAYMENT_METHODS[index % PAYMENT_METHODS.length];
	// The amount is first reserved (authorised), and charged when the order leaves the warehouse.
	const hasLeft = status !== "pending" && status !== "processed";
	const paid: PaymentRecord = { type: hasLeft ? "payment" : "reservation", amountCents: totalCents, method };
	const isPaidBack = status === "refunded" || status === "cancelled";
	return isPaidBack ? [paid, { type: "refund", amountCents: totalCents, method }] : [paid];
}
