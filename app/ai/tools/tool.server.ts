import { z } from "zod/v4";
import { isIdentified } from "#app/models/order/order.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import type { RetrievedItem } from "../answer-sources.ts";
import type { ToolRuns } from "../tool-runs.server.ts";

/** What the server passes to a tool besides the model's arguments. The model never sees this data. */
export type ToolContext = {
	/** The tool runs of the answer so far, and the customer, who is set only by the server. */
	toolRuns: ToolRuns;
	/** Key of the network (IP range) that the question came from; the search queue serves networks in turn. */
	network?: string;
	/**
	 * Registers a retrieved passage or product as a source.
	 * @returns the number by which the model may cite the source.
	 */
	cite: (retrieved: RetrievedItem) => number;
	/** Requests a person for the session. Only the first request of an answer counts. */
	escalate: (reason: EscalationReason) => void;
};

/** The reasons that a model can give for calling a person. The queue shows these values. */
export const ESCALATION_REASONS = [
	"requested",
	"customer-upset",
	"needs-a-person",
	"assistant-unsure",
] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

/** A tool that the model can call, without the types of its arguments. */
export type Tool = {
	name: string;
	description: string;
	/** JSON Schema of the tool's arguments, in the subset that strict function calling accepts. */
	parameters: Record<string, unknown>;
	/**
	 * Runs the tool with the arguments as the model wrote them. Invalid arguments give an error that the model can read.
	 */
	run: (argumentsText: string, context: ToolContext) => Promise<unknown>;
};

/**
 * Defines a tool. Its zod schema both describes the arguments to the model and validates them. Limits of lengths must
 * be in `refine`, because strict mode refuses keywords such as `minLength` in the JSON Schema.
 */
export function defineTool<Shape extends z.ZodObject>(tool: {
	name: string;
	description: string;
	schema: Shape;
	handle: (args: z.infer<Shape>, context: ToolContext) => Promise<unknown>;
}): Tool {
	const { $schema: _, ...written } = z.toJSONSchema(tool.schema);
	// Strict mode requires the keyword `required` in a JSON Schema, even when the list is empty.
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

/**
 * The result of an order tool while the customer is not identified. The page then shows how to sign in or prove an
 * email address.
 */
const NOT_SIGNED_IN_RESULT = {
	error: "not_signed_in",
	details:
		"The customer is not signed in to the store. Ask them to sign in, or to use the form under your answer if one is shown. You cannot check anybody's identity yourself.",
};

/**
 * The result of an order tool when the order does not exist or belongs to another customer. The two cases have one
 * text, so that the model cannot tell them apart.
 */
export const ORDER_NOT_FOUND_RESULT = {
	error: "not_found",
	details:
		"The customer has no order with this number. It may belong to someone else; nothing about it can be said.",
};

/** Returns the error result of a tool while the customer is not identified; null when the customer is identified. */
export function refuseIfUnidentified({ toolRuns }: ToolContext): typeof NOT_SIGNED_IN_RESULT | null {
	if (isIdentified(toolRuns.owner)) return null;
	toolRuns.requestIdentity();
	return NOT_SIGNED_IN_RESULT;
}

/** The result of a tool that proposes a change. */
export function toProposalResult(isAccepted: boolean) {
	if (!isAccepted) return { error: "too_many", details: "No more can be proposed in this answer." };
	return {
		proposed: true,
		details:
			"A card with Confirm and No, thanks is shown under your answer. Tell the customer in one sentence to confirm there. Nothing has been changed yet; never say that it has.",
	};
}

/** Argument: the customer's reason, which the store's agents see. */
export const reasonParameter = z
	.string()
	.refine((text) => text.length <= 500, "must have at most 500 characters")
	.nullable()
	.describe("Why, in the customer's own words; null when they did not say.");

/** Argument: an order number. */
export const orderNumberParameter = z
	.string()
	.refine((text) => /\d/.test(text) && text.length <= 40, "must be an order number")
	.describe("The order number as the customer wrote it, such as W1234567.");

/** Argument: a search phrase. The length limit keeps models from sending whole texts. */
export const searchPhraseParameter = z
	.string()
	.refine((text) => hasVisibleText(text) && text.length <= 300, "must have 1 to 300 characters");

function parseArguments(text: string): unknown {
	// Some model servers send an empty text for a tool without arguments.
	if (text.trim() === "") return {};
	try {
		return JSON.parse(text, (_name, value) => (typeof value === "string" ? toStorableText(value) : value));
	} catch {
		return undefined;
	}
}

/**
 * Removes NUL from a text and replaces half surrogate pairs, because Postgres cannot store either. Otherwise writing
 * the answer would fail at every attempt.
 */
const toStorableText = (text: string): string => text.replaceAll("\0", "").toWellFormed();
