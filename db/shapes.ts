/** Shapes of the JSON columns, shared by the schema and by whoever reads them. */

/** A part that a shop's export does not know is absent. */
export type PostalAddress = {
	address1?: string;
	address2?: string;
	city?: string;
	country?: string;
	state?: string;
	zip?: string;
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

/** The end of a text that is in another language, from a place in UTF-16 units on. */
export type ForeignPart = { at: number; language: string };

/** The same words in another language. What a message says is what its reader was meant to read. */
export type Translation = {
	/** Of the message, and of these words. */
	from: string;
	to: string;
	/** Absent while nothing has come of it. */
	text?: string;
	/** `working` and `failed` are of the message's own translation for the agent. */
	state: "working" | "done" | "failed";
	/** These are the sender's own words, and the message is what was made of them. */
	isOriginal?: boolean;
};

export type MessageMetadata = {
	/** What the message is written in, where that is not the page's language. */
	language?: string;
	foreignPart?: ForeignPart;
	translation?: Translation;
	sources?: AnswerSource[];
	/** What kind of system notice this is, so that the page can phrase it. */
	notice?:
		| "queued"
		| "requeued"
		| "queue-overdue"
		| "email-left"
		| "email-proved"
		| "agent-joined"
		| "ended"
		| "assistant-failed";
	/** The assistant did not know and offers a person. */
	offersPerson?: boolean;
	attachment?: { name: string; type: string; size: number; url: string };
	/** What the assistant looked up for this answer. */
	did?: Deed[];
	/** A change the customer may confirm; the message is its card. */
	proposal?: ProposalCard;
	/** The answer needs to know who asks: the page offers a code by e-mail where e-mail can be sent. */
	identify?: "code" | "sign-in";
	/** The answer was stopped: a person was requested, an agent took over, or the conversation ended. */
	stopped?: boolean;
	/** There is a page to sign in on, which returns to the conversation: see /sign-in. */
	signIn?: boolean;
	/** The place where an e-mailed code is typed in. */
	codeEntry?: { state: "open" | "done" };
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
	/** The customer's, and so the answer's but for its foreign part. */
	language: string;
	/** From here on the text is in another language: a quotation, or facts told in that of the data. */
	foreignPart?: ForeignPart;
	sources: AnswerSource[];
	escalate: { needed: boolean; reason: string | null };
	/** Name of the model that wrote it; null without one. */
	model: string | null;
	/** How the small model read the question, where it was asked; `topics` are those the owner marked. */
	reading?: { frustration: "none" | "some" | "high"; wantsPerson: boolean; topics: string[] };
	/** Tools a model called for it, each once. */
	tools?: string[];
	/** It was given before, to somebody who asked the same. */
	isRemembered?: boolean;
	promptTokens?: number;
	completionTokens?: number;
	did?: Deed[];
	proposals?: Proposal[];
	/** It could have said more, had it known who asks. */
	needsIdentity?: boolean;
};

/** Tools that read somebody's data, and those that propose to change something. */
export type ReadingTool = "get_order" | "list_orders";
export type ProposingTool = "request_cancellation" | "request_return" | "update_contact";
export type ActionState = "proposed" | "declined" | "expired" | "done" | "failed";

/** One reading of a customer's data, without the data. */
export type Deed = { id: string; tool: ReadingTool; orderNumber: string | null };

/** A change as the assistant proposes it, before the customer has seen it. */
export type Proposal = {
	tool: ProposingTool;
	/** Whose order or details it concerns, as the server found them. */
	customerId: string;
	orderNumber: string | null;
	arguments: Record<string, unknown>;
	/** What will happen, in a short question to the customer. */
	title: string;
	/** What it is about, a fact a line. */
	lines: string[];
	/** The same question asking for the same thing makes the same key. */
	key: string;
};

/** What a proposal's card shows. `fields` are for the customer to fill in or correct. */
export type ProposalCard = {
	id: string;
	tool: ProposingTool;
	orderNumber: string | null;
	title: string;
	lines: string[];
	fields: Partial<PostalAddress> | null;
	state: ActionState;
	/** ISO moment after which it can no longer be confirmed. */
	expiresAt: string;
};

/** What an agent needs to go on where the assistant stopped. */
export type Handover = {
	/** A few sentences on what the customer wants and what was said. */
	summary: string;
	intent: string | null;
	/** What the assistant tried, in the order it did: tools with their result in a word or two. */
	tried: string[];
};
