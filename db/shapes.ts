/** A postal address; unknown parts are absent. */
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

/** A passage or product on which an answer is based; search finds it, and the model's text never names it. */
export type AnswerSource = { id: string; title: string; url: string; quote: string; score: number };

/** A product or an order that an answer names, shown as a card with the answer's text. */
export type AnswerCard =
	| {
			kind: "product";
			id: string;
			name: string;
			/** URL of the product's page: `/products/<slug>`. */
			url: string;
			/** Lowest and highest price of the variants in cents; null for a product without variants. */
			priceCents: { from: number; to: number } | null;
			/** Currency of the prices (ISO 4217). */
			currency: string;
			/** Which of the variants can be bought now: all, some or none. */
			availability: "in-stock" | "partly-in-stock" | "sold-out";
			/** Key of the product's illustration in the demo shop; absent without one. */
			illustration?: string;
			/** The fact that was asked for: "Width: 120 cm". */
			fact?: string;
	  }
	| {
			kind: "order";
			number: string;
			/** The order's status as the store writes it. */
			status: string;
			totalCents: number;
			currency: string;
			/** Day on which the order was placed, as YYYY-MM-DD; null when unknown. */
			placedOn: string | null;
	  };

/** The last part of a text, if that part is in another language; `at` is the part's start in UTF-16 units. */
export type ForeignPart = { at: number; language: string };

/** A message's text in another language. The message itself contains the text that its recipient sees. */
export type Translation = {
	/** Languages of the message and of the translation. */
	from: string;
	to: string;
	/** The text in the other language; absent until the translation has finished. */
	text?: string;
	/** State of the translation, which the agent sees. */
	state: "working" | "done" | "failed";
	/** True when `text` is the sender's original text and the message itself contains the translation. */
	isOriginal?: boolean;
};

export type MessageMetadata = {
	/** Language of the message, when it differs from the language of the page. */
	language?: string;
	foreignPart?: ForeignPart;
	translation?: Translation;
	sources?: AnswerSource[];
	/** Products and orders that the answer names, in the order of its text; at most 10. */
	cards?: AnswerCard[];
	/** Kind of the notice, from which the page makes the notice's text. */
	notice?:
		| "queued"
		| "requeued"
		| "queue-overdue"
		| "email-left"
		| "email-proved"
		| "agent-joined"
		| "ended"
		| "assistant-failed";
	/** True when the assistant could not answer and offers to call an agent. */
	offersPerson?: boolean;
	attachment?: { name: string; type: string; size: number; url: string };
	/** Tool runs of the assistant for this answer. */
	did?: ToolRun[];
	/** An action that the customer may confirm; the message is shown as the action's card. */
	proposal?: ProposalCard;
	/**
	 * True when an answer needs to know who the customer is: the page then offers an emailed code, if email can be
	 * sent, or a sign-in.
	 */
	identify?: "code" | "sign-in";
	/** True when the answer was stopped before its end: an agent was requested or took over, or the session ended. */
	stopped?: boolean;
	/** True when the store has a sign-in page from which the customer returns to the chat: see /sign-in. */
	signIn?: boolean;
	/** State of the form for an emailed code. */
	codeEntry?: { state: "open" | "done" };
	[key: string]: unknown;
};

/** The assistant's answer to a question, and how it was made. */
export type Answer = {
	text: string;
	/** False when the assistant could not answer. */
	answered: boolean;
	intent: string;
	/** How certain the answer is, from 0 to 1. */
	confidence: number;
	/** Language of the customer and of the answer, except for the answer's foreign part. */
	language: string;
	/**
	 * The last part of the answer, if that part is in another language: a quotation, or facts in the language of the
	 * data.
	 */
	foreignPart?: ForeignPart;
	sources: AnswerSource[];
	/** Products and orders that the answer names; absent without any. */
	cards?: AnswerCard[];
	escalate: { needed: boolean; reason: string | null };
	/** Name of the language model that wrote the answer; null when no model was used. */
	model: string | null;
	/**
	 * Result of the model classification, if there was one; `topics` are from the list that the store's owner has
	 * configured.
	 */
	reading?: { frustration: "none" | "some" | "high"; wantsPerson: boolean; topics: string[] };
	/** Names of the tools that the model called, each once. */
	tools?: string[];
	/** True when the answer comes from the answer cache. */
	isRemembered?: boolean;
	/** Whether the customer called the answer helpful; absent without the customer's feedback. */
	isHelpful?: boolean;
	promptTokens?: number;
	completionTokens?: number;
	did?: ToolRun[];
	proposals?: Proposal[];
	/** True when the answer could contain more if the customer were known. */
	needsIdentity?: boolean;
};

/** Name of a tool that reads a customer's data; a `ProposingTool` proposes an action. */
export type LookupTool = "get_order" | "list_orders";
export type ProposingTool = "request_cancellation" | "request_return" | "update_contact";
export type ActionState = "proposed" | "declined" | "expired" | "done" | "failed";

/** A tool run that read a customer's data; the record does not contain the data. */
export type ToolRun = { id: string; tool: LookupTool; orderNumber: string | null };

/** An action as the assistant proposes it, before the customer has seen it. */
export type Proposal = {
	tool: ProposingTool;
	/** The customer whose order or account the action concerns, as the server identified the customer. */
	customerId: string;
	orderNumber: string | null;
	arguments: Record<string, unknown>;
	/** A short question to the customer that says what will happen. */
	title: string;
	/** Facts about the action, each shown on its own line. */
	lines: string[];
	/** Key that equal proposals for the same question share, so that none is made twice. */
	key: string;
};

/** The content of a proposal's card. The customer can edit `fields`. */
export type ProposalCard = {
	id: string;
	tool: ProposingTool;
	orderNumber: string | null;
	title: string;
	lines: string[];
	fields: Partial<PostalAddress> | null;
	state: ActionState;
	/** Time (ISO 8601) after which the customer can no longer confirm the action. */
	expiresAt: string;
};

/** The summary with which an agent continues the session. */
export type Handover = {
	/** Some sentences about what the customer wants and what was said. */
	summary: string;
	intent: string | null;
	/** What the assistant tried, in order: tools with their results. */
	tried: string[];
};
