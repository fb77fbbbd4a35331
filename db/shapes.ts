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

/** A passage or product that an answer is based on, from retrieval and never from a model's text. */
export type AnswerSource = { id: string; title: string; url: string; quote: string; score: number };

/** The end of a text that is in another language; `at` is its start in UTF-16 units. */
export type ForeignPart = { at: number; language: string };

/** A message's text in another language. The message itself has the text that its reader sees. */
export type Translation = {
	/** Languages of the message and of the translation. */
	from: string;
	to: string;
	/** Absent while there is no result. */
	text?: string;
	/** State of the translation for the agent. */
	state: "working" | "done" | "failed";
	/** True when `text` is the sender's original and the message is its translation. */
	isOriginal?: boolean;
};

export type MessageMetadata = {
	/** Language of the message, when it differs from the page's. */
	language?: string;
	foreignPart?: ForeignPart;
	translation?: Translation;
	sources?: AnswerSource[];
	/** Kind of the notice, from which the page makes its text. */
	notice?:
		| "queued"
		| "requeued"
		| "queue-overdue"
		| "email-left"
		| "email-proved"
		| "agent-joined"
		| "ended"
		| "assistant-failed";
	/** The assistant could not answer and offers an agent. */
	offersPerson?: boolean;
	attachment?: { name: string; type: string; size: number; url: string };
	/** Tool runs of the assistant for this answer. */
	did?: ToolRun[];
	/** An action that the customer may confirm; the message is its card. */
	proposal?: ProposalCard;
	/** The answer needs to know the customer: the page offers an emailed code, if email can be sent, or a sign-in. */
	identify?: "code" | "sign-in";
	/** The answer was stopped: an agent was requested or took over, or the session ended. */
	stopped?: boolean;
	/** There is a sign-in page that returns to the chat: see /sign-in. */
	signIn?: boolean;
	/** State of the form for an emailed code. */
	codeEntry?: { state: "open" | "done" };
	[key: string]: unknown;
};

/** The answer to a question, and how it was made. */
export type Answer = {
	text: string;
	/** False when the assistant could not answer. */
	answered: boolean;
	intent: string;
	/** From 0 to 1. */
	confidence: number;
	/** The language of the customer and of the answer, except its foreign part. */
	language: string;
	/** The end of the answer that is in another language: a quotation, or facts in the language of the data. */
	foreignPart?: ForeignPart;
	sources: AnswerSource[];
	escalate: { needed: boolean; reason: string | null };
	/** Name of the model that wrote the answer; null without one. */
	model: string | null;
	/** Result of the model classification, if there was one; `topics` are those that the owner has set. */
	reading?: { frustration: "none" | "some" | "high"; wantsPerson: boolean; topics: string[] };
	/** Names of the tools that the model called, without repeats. */
	tools?: string[];
	/** The answer comes from the answer cache. */
	isRemembered?: boolean;
	promptTokens?: number;
	completionTokens?: number;
	did?: ToolRun[];
	proposals?: Proposal[];
	/** With a known customer the answer could contain more. */
	needsIdentity?: boolean;
};

/** Tools that read a customer's data; `ProposingTool` are those that propose an action. */
export type LookupTool = "get_order" | "list_orders";
export type ProposingTool = "request_cancellation" | "request_return" | "update_contact";
export type ActionState = "proposed" | "declined" | "expired" | "done" | "failed";

/** A tool run that read a customer's data, without the data. */
export type ToolRun = { id: string; tool: LookupTool; orderNumber: string | null };

/** An action as the assistant proposes it, before the customer has seen it. */
export type Proposal = {
	tool: ProposingTool;
	/** The customer whose order or account it concerns, as the server found them. */
	customerId: string;
	orderNumber: string | null;
	arguments: Record<string, unknown>;
	/** A short question to the customer that says what will happen. */
	title: string;
	/** Facts about the action, one a line. */
	lines: string[];
	/** Key of equal proposals for the same question. */
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
	/** ISO time after which the action can no longer be confirmed. */
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
