/** Shapes of the JSON columns, shared by the schema and by whoever reads them. */

export type PostalAddress = {
	address1: string;
	address2?: string;
	city: string;
	country: string;
	state?: string;
	zip: string;
};

export type OrderItem = {
	name: string;
	productId: string;
	itemId: string;
	priceCents: number;
	quantity?: number;
	options: Record<string, string>;
};

export type Shipment = { trackingIds: string[]; itemIds: string[]; carrier?: string };

export type PaymentRecord = { type: string; amountCents: number; method?: string };

/** One passage or product an answer rests on, as retrieval returned it (never as a model wrote it). */
export type AnswerSource = { id: string; title: string; url: string; quote: string; score: number };

export type MessageMetadata = {
	sources?: AnswerSource[];
	/** What kind of system notice this is, so that the page can phrase it. */
	notice?: "queued" | "agent-joined" | "ended" | "assistant-failed";
	/** The assistant did not know and offers a person. */
	offersPerson?: boolean;
	attachment?: { name: string; type: string; size: number; url: string };
	[key: string]: unknown;
};

/** What came of a question: the answer and how it was reached. */
export type Answer = {
	text: string;
	/** False when the assistant does not know. */
	answered: boolean;
	intent: string;
	/** 0 to 1. */
	confidence: number;
	language: string;
	sources: AnswerSource[];
	escalate: { needed: boolean; reason: string | null };
	/** Name of the model that wrote it; null without one. */
	model: string | null;
	promptTokens?: number;
	completionTokens?: number;
};

/** What an agent needs to go on where the assistant stopped. */
export type Handover = {
	/** A few sentences on what the customer wants and what was said. */
	summary: string;
	intent: string | null;
	/** What the assistant tried, in the order it did: tools with their result in a word or two. */
	tried: string[];
};
