import { z } from "zod/v4";
import { isIdentified } from "#app/models/order/order.server.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import type { RetrievedItem } from "../answer-sources.ts";
import type { ToolRuns } from "../tool-runs.server.ts";

/** What the server passes to a tool besides the model's arguments. The model never sees it. */
export type ToolContext = {
	/** The customer as the server knows them, and the tool runs so far. */
	toolRuns: ToolRuns;
	/** Key of the network that the question came from; the search queue serves networks in turn. */
	network?: string;
	/** Registers a retrieved item. Returns the number by which the model may cite it. */
	cite: (retrieved: RetrievedItem) => number;
	/** Requests a person for the session. Only the first call counts. */
	escalate: (reason: EscalationReason) => void;
};

/** Reasons for calling a person; the queue shows the same values. */
export const ESCALATION_REASONS = [
	"requested",
	"customer-upset",
	"needs-a-person",
	"assistant-unsure",
] as const;
export type EscalationReason = (typeof ESCALATION_REASONS)[number];

/** A tool without the types of its arguments. */
export type Tool = {
	name: string;
	description: string;
	/** JSON Schema of the arguments, in the subset that strict function calling accepts. */
	parameters: Record<string, unknown>;
	/**
	 * Runs the tool with the arguments as the model wrote them; invalid ones give an error that the model can read.
	 */
	run: (argumentsText: string, context: ToolContext) => Promise<unknown>;
};

/**
 * Defines a tool. The zod schema is used both to describe the arguments to the model and to validate them. Limits
 * must be in `refine`, because strict mode refuses keywords such as `minLength` in the JSON Schema.
 */
export function defineTool<Shape extends z.ZodObject>(tool: {
	name: string;
	description: string;
	schema: Shape;
	handle: (args: z.infer<Shape>, context: ToolContext) => Promise<unknown>;
}): Tool {
	const { $schema: _, ...written } = z.toJSONSchema(tool.schema);
	// Strict mode requires `required`, even when it is empty.
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

/** The result of a tool for orders while the customer is not identified; the page then shows how to identify. */
const NOT_SIGNED_IN_RESULT = {
	error: "not_signed_in",
	details:
		"The customer is not signed in to the store. Ask them to sign in, or to use the form under your answer if one is shown. You cannot check anybody's identity yourself.",
};

/** The same result for an order of another customer and for one that does not exist. */
export const ORDER_NOT_FOUND_RESULT = {
	error: "not_found",
	details:
		"The customer has no order with this number. It may belong to someone else; nothing about it can be said.",
};

/** Refuses a tool while the customer is not identified; null when they are. */
export function refuseIfUnidentified({ toolRuns }: ToolContext): typeof NOT_SIGNED_IN_RESULT | null {
	if (isIdentified(toolRuns.owner)) return null;
	toolRuns.requestIdentity();
	return NOT_SIGNED_IN_RESULT;
}

/** The result of a proposing tool. */
export function toProposalResult(isAccepted: boolean) {
	if (!isAccepted) return { error: "too_many", details: "No more can be proposed in this answer." };
	return {
		proposed: true,
		details:
			"A card with Confirm and No, thanks is shown under your answer. Tell the customer in one sentence to confirm there. Nothing has been changed yet; never say that it has.",
	};
}

/** The customer's reason, which the store's agents see. */
export const reasonParameter = z
	.string()
	.refine((text) => text.length <= 500, "must have at most 500 characters")
	.nullable()
	.describe("Why, in the customer's own words; null when they did not say.");

/** An order number. */
export const orderNumberParameter = z
	.string()
	.refine((text) => /\d/.test(text) && text.length <= 40, "must be an order number")
	.describe("The order number as the customer wrote it, such as W1234567.");

/** A search phrase; the limit keeps models from sending whole texts. */
export const searchPhraseParameter = z
	.string()
	.refine((text) => hasVisibleText(text) && text.length <= 300, "must have 1 to 300 characters");

function parseArguments(text: string): unknown {
	// Some servers send empty text for a tool without arguments.
	if (text.trim() === "") return {};
	try {
		return JSON.parse(text, (_name, value) => (typeof value === "string" ? toStorableText(value) : value));
	} catch {
		return undefined;
	}
}

/**
 * Removes NUL and replaces half surrogate pairs, which Postgres cannot store. Otherwise writing the answer would fail
 * at every attempt.
 */
const toStorableText = (text: string): string => text.replaceAll("\0", "").toWellFormed();
