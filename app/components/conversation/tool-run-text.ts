import type { ActionState } from "#db/shapes.ts";

/** The text about a tool run for the page: `get_order` with W2611340 becomes "Looked up order W2611340". */
export function toolRunText(tool: string, orderNumber: string | null): string {
	switch (tool) {
		case "get_order":
			return `Looked up order ${orderNumber ?? ""}`.trim();
		case "list_orders":
			return "Checked your orders";
		case "request_cancellation":
			return `Offered to cancel order ${orderNumber ?? ""}`.trim();
		case "request_return":
			return `Offered to ask for a return of order ${orderNumber ?? ""}`.trim();
		case "update_contact":
			return orderNumber
				? `Offered to change the address of order ${orderNumber}`
				: "Offered to change the account";
		default:
			return tool.replaceAll("_", " ");
	}
}

/** The text about the outcome of an action; null for a tool that only looks something up. */
export function outcomeText(tool: string, state: ActionState): string | null {
	if (tool === "get_order" || tool === "list_orders") return null;
	switch (state) {
		case "proposed":
			return "waits for the customer";
		case "done":
			return "confirmed by the customer and done";
		case "declined":
			return "declined by the customer";
		case "expired":
			return "ran out";
		case "failed":
			return "confirmed, but not possible";
	}
}
