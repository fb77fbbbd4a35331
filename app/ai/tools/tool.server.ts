import { z } from "zod/v4";
import { isIdentified } from "#app/models/order/order.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import type { RetrievedItem } from "../answer-sources.ts";
import type { ToolRuns } from "../tool-runs.server.ts";

/** What the server gives a tool beside the model's arguments. None of it is ever shown to the model. */
export type ToolContext = {
	/** Who is asking, as the server knows it, and what is done for them. */
	toolRuns: ToolRuns;
	/** Whose share of this process is used; see `AnswerRequest`. */
	network?: string;
	/** Registers something retrieved and returns the number the model may cite it by. */
	cite: (retrieved: RetrievedItem) => number;
	/** Records that a person is needed. Only the first call counts. */
	escalate: (reason: EscalationReason) => void;
};

/** Why a person is called; the same words a queued session carries as its reason. */
export const ESCALATION_REASONS = [
	"requested",
	"customer-upset",
	"needs-a-person",
	"assistant-unsure",
] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

/** A tool with its argument types forgotten: what the registry and the loop hold. */
export type Tool = {
	name: string;
	description: string;
	/** JSON Schema of the arguments, in the subset that strict function calling accepts. */
	parameters: Record<string, unknown>;
	/** Runs with arguments as the model wrote them; wrong ones come back as an error the model can read. */
	run: (argumentsText: string, context: ToolContext) => Promise<unknown>;
};

/**
 * Describes a tool once: the zod schema is both what the model is told and what its arguments are held to.
 * Limits belong in `refine`, because strict mode refuses keywords such as `minLength` in the JSON Schema.
 */
export function defineTool<Shape extends z.ZodObject>(tool: {
	name: string;
	description: string;
	schema: Shape;
	handle: (args: z.infer<Shape>, context: ToolContext) => Promise<unknown>;
}): Tool {
	const { $schema: _, ...written } = z.toJSONSchema(tool.schema);
	// Strict mode wants the list of required arguments even where there is none.
	const parameters = { required: [], ...written };
	return {
		name: tool.name,
		description: tool.description,
		parameters,
		run: async (argumentsText, context) => {
			const args = tool.schema.safeParse(parseArguments(argumentsText));
			if (!args.success) return { error: "wrong_arguments", details: z.prettifyError(args.error) };
			return tool.handle(args.data, context);
		},
	};
}

/** What a tool about orders says while nobody is known: the page then offers the ways to become known. */
const NOT_SIGNED_IN_RESULT = {
	error: "not_signed_in",
	details:
		"The customer is not signed in to the store. Ask them to sign in, or to use the form under your answer if one is shown. You cannot check anybody's identity yourself.",
};

/** What a tool about somebody's own things says of others' things and of what never was. */
export const ORDER_NOT_FOUND_RESULT = {
	error: "not_found",
	details:
		"The customer has no order with this number. It may belong to someone else; nothing about it can be said.",
};

/** Refuses a tool while it is not known who asks; null when it is. */
export function refuseIfUnidentified({ toolRuns: deeds }: ToolContext): typeof NOT_SIGNED_IN_RESULT | null {
	if (isIdentified(deeds.owner)) return null;
	deeds.requestIdentity();
	return NOT_SIGNED_IN_RESULT;
}

/** What the model reads of what it proposed. */
export function toProposalResult(isAccepted: boolean) {
	if (!isAccepted) return { error: "too_many", details: "No more can be proposed in this answer." };
	return {
		proposed: true,
		details:
			"A card with Confirm and No, thanks is shown under your answer. Tell the customer in one sentence to confirm there. Nothing has been changed yet; never say that it has.",
	};
}

/** Why the customer wants it, for the store's people. */
export const reasonParameter = z
	.string()
	.refine((text) => text.length <= 500, "must have at most 500 characters")
	.nullable()
	.describe("Why, in the customer's own words; null when they did not say.");

/** An order number as a model writes it. */
export const orderNumberParameter = z
	.string()
	.refine((text) => /\d/.test(text) && text.length <= 40, "must be an order number")
	.describe("The order number as the customer wrote it, such as W1234567.");

/** A search phrase as a model writes it: never empty, and short enough to stay a phrase. */
export const searchPhraseParameter = z
	.string()
	.refine((text) => hasVisibleText(text) && text.length <= 300, "must have 1 to 300 characters");

function parseArguments(text: string): unknown {
	// Some servers send no arguments at all for a tool that has none.
	if (text.trim() === "") return {};
	try {
		return JSON.parse(text, (_name, value) => (typeof value === "string" ? toStorableText(value) : value));
	} catch {
		return undefined;
	}
}

/**
 * What Postgres refuses in a text, NUL and half a surrogate pair, cannot be asked for or kept either: the answer
 * would fail where it is written and be begun again, to fail there again.
 */
const toStorableText = (text: string): string => text.replaceAll("\0", "").toWellFormed();
