import { escalate } from "./escalate.server.ts";
import { getOrderTool } from "./get-order.server.ts";
import { listOrdersTool } from "./list-orders.server.ts";
import { requestCancellation } from "./request-cancellation.server.ts";
import { requestReturn } from "./request-return.server.ts";
import { searchKnowledge } from "./search-knowledge.server.ts";
import { searchProductsTool } from "./search-products.server.ts";
import type { Tool } from "./tool.server.ts";
import { updateContact } from "./update-contact.server.ts";

/** Everything the model may ask the server to do. */
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

/** The tool of that name, or null: models invent names. */
export function findTool(name: string): Tool | null {
	return TOOLS.find((tool) => tool.name === name) ?? null;
}
