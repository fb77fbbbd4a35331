import type { Token } from "./tokens.ts";

/** What an answer was about: slugs of articles, products, and order numbers. */
export type Topic = {
	articles: string[];
	products: { id: string; name: string }[];
	orders: string[];
	/** True also for an answer about orders that names none, such as one that asks the customer to sign in. */
	isAboutOrders: boolean;
};

/** The earlier question that a question is read with, and what its answer was about. */
export type Context = { tokens: Token[]; topic: Topic };
