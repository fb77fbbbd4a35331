import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createSeedOrders } from "./orders.ts";
import { seedPeople } from "./people.ts";
import { seedProductId, seedProducts, seedVariantId } from "./products.ts";

const NOW = new Date("2026-03-04T10:00:00Z");
const ARTICLES = new URL("./articles/", import.meta.url);
const FREE_DELIVERY_FROM_CENTS = 7_500;
const DELIVERY_CENTS = 690;

describe("the orders of the demo store", () => {
	const orders = createSeedOrders(NOW);

	it("are sixty with unique numbers, three for each of twenty customers", () => {
		expect(orders).toHaveLength(60);
		expect(new Set(orders.map((order) => order.number)).size).toBe(60);
		expect(orders.filter((order) => !/^W1\d{6}$/.test(order.number))).toEqual([]);
		expect(seedPeople).toHaveLength(20);
		for (const person of seedPeople) {
			expect(orders.filter((order) => order.customerId === person.id)).toHaveLength(3);
		}
	});

	it("have every status that an order can have", () => {
		expect([...new Set(orders.map((order) => order.status))].sort()).toEqual([
			"cancelled",
			"delivered",
			"pending",
			"processed",
			"refunded",
			"return_requested",
			"returned",
			"shipped",
		]);
	});

	it("contain products of the catalogue at their prices, with the right total", () => {
		const prices = new Map(
			seedProducts.flatMap((product) =>
				product.variants.map(
					(variant, place) => [seedVariantId(product, place), variant.priceCents] as const,
				),
			),
		);
		const productIds = seedProducts.map(seedProductId);
		for (const order of orders) {
			let sum = 0;
			for (const item of order.items) {
				expect(prices.get(item.itemId)).toBe(item.priceCents);
				expect(productIds).toContain(item.productId);
				sum += item.priceCents * (item.quantity ?? 1);
			}
			expect(order.totalCents).toBe(sum + (sum >= FREE_DELIVERY_FROM_CENTS ? 0 : DELIVERY_CENTS));
			expect(order.payments[0]?.amountCents).toBe(order.totalCents);
		}
	});

	it("have promised dates in the future, and deliveries after the order", () => {
		for (const order of orders) {
			expect(order.placedAt.getTime()).toBeLessThan(NOW.getTime());
			if (order.deliveredAt) {
				expect(order.deliveredAt.getTime()).toBeGreaterThan(order.placedAt.getTime());
				expect(order.deliveredAt.getTime()).toBeLessThan(NOW.getTime());
			}
			if (["pending", "processed", "shipped"].includes(order.status)) {
				expect(order.expectedOn ?? "").not.toBe("");
				expect(order.expectedOn! >= "2026-03-04").toBe(true);
			}
		}
	});

	it("have a tracking number after they were shipped, and not before", () => {
		const trackingIds = orders.flatMap((order) =>
			order.shipments.flatMap((shipment) => shipment.trackingIds),
		);
		expect(new Set(trackingIds).size).toBe(trackingIds.length);
		for (const order of orders) {
			const hasLeft = !["pending", "processed", "cancelled"].includes(order.status);
			expect(order.shipments.length > 0).toBe(hasLeft);
		}
	});
});

describe("the catalogue of the demo store", () => {
	it("has unique slugs, positive prices, and a sold-out variant", () => {
		expect(new Set(seedProducts.map((product) => product.slug)).size).toBe(seedProducts.length);
		const variants = seedProducts.flatMap((product) => product.variants);
		expect(variants.filter((variant) => variant.priceCents <= 0)).toEqual([]);
		expect(variants.some((variant) => variant.stock === 0)).toBe(true);
	});
});

describe("the help articles of the demo store", () => {
	const names = readdirSync(ARTICLES).filter((name) => name.endsWith(".md"));
	const articles = names.map((name) => ({ name, text: readFileSync(new URL(name, ARTICLES), "utf8") }));

	it("begin with their title and have fewer than 400 words", () => {
		expect(articles.length).toBeGreaterThanOrEqual(20);
		for (const { text } of articles) {
			expect(text).toMatch(/^# \S/);
			expect(text.split(/\s+/).length).toBeLessThan(400);
		}
	});

	it("link only to existing articles", () => {
		const linked = articles.flatMap(({ text }) =>
			[...text.matchAll(/\]\(\/help\/([a-z-]+)\)/g)].map(([, slug]) => slug),
		);
		expect(linked.length).toBeGreaterThan(0);
		expect(linked.filter((slug) => !names.includes(`${slug}.md`))).toEqual([]);
	});
});
