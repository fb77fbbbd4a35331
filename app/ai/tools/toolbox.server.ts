import { escalate } from "./escalate.server.ts";
import { getOrderTool } from "./get-order.server.ts";
import { listOrdersTool } from "./list-orders.server.ts";
import { requestCancellation } from "./request-cancellation.server.ts";
import { requestReturn } from "./request-return.server.ts";
import { searchKnowledge } from "./search-knowledge.server.ts";
import { searchProductsTool } from "./search-products.server.ts";
import type { Tool } from "./tool.server.ts";
import { updateContact } from "./update-contact.server.ts";

/** All tools that the model can call. */
export const TOOLS: readonly Tool[] = [
	searchKnowledge,
	searchProductsTool,
	getOrderTool,
	listOrdersTool,
	requestCancellation,
	requestReturn,
	updateContact,
	escalate,
];

/** Finds a tool by its name. Null for a name that the model invented. */
export function findTool(name: string): Tool | null {
	return TOOLS.find((tool) => tool.name === name) ?? null;
}
