import type { ToolRuns } from "#app/ai/tool-runs.server.ts";
import { proposeCancellation, proposeOrderAddress, proposeReturn } from "#app/ai/tools/proposals.ts";
import { listOrders, type Order } from "#app/models/order/order.server.ts";
import { addressChangeRefusal, cancelRefusal, returnRefusal } from "#app/models/order/rules.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Proposal } from "#db/shapes.ts";
import { OFFER } from "./phrases.ts";

/**
 * Changes of an order that a customer asks for. The assistant proposes each on a card, like a model does, when the
 * order's state allows it. The intent and the customer's words choose the change.
 */

type OrderChange = {
	/** Words that ask for the change. The intent alone is uncertain, so a card needs one of these words as well. */
	request: RegExp;
	/** The reason why the order's state does not allow the change; null when it does. */
	findRefusal: (order: Order, returnDays: number) => string | null;
	propose: (order: Order) => Omit<Proposal, "key">;
	/** The text above the card. */
	text: (order: Order) => string;
	/** The beginning of the question when several orders may be meant. */
	whichOrder: string;
};

/** Words for cancelling, also misspelt, and in the other languages that the assistant supports. */
const CANCELLING =
	/\b(?:c[ae]n[cs]+[ae]?l|canel|cacnel|cnacel|cncel|canecl|ccancel|kancel|stornier|annul|anul|annuleer|cancela|iptal|cofn|zrezygn)\w*|\b(?:call(?:ing|ed)? (?:it |this |that |my (?:\w+ )?(?:order|purchase) )?off|call off|stop|halt|abort|undo|revoke|withdraw|void|scrap|delete|remove|drop|terminate|rescind|no longer (?:want|need)|chang\w+ my mind)\b|\b(?:don['’]?t|do not) (?:want|need)\b|\bget(?:ting)? rid of\b|إلغ|الغ|בטל|ביטול/i;
const PLAINLY_CANCELLING =
	/\b(?:cancel|call(?:ing)? off|revoke|delete|get(?:ting)? rid of|annul) (?:my|this|that|the) (?:\w+ )?(?:order|purchase)\b(?! (?:history|list|confirmation|number|details?))/i;
/** Texts that mention a cancellation without asking for one: "don't cancel it", "was it cancelled?". */
const NOT_CANCELLING =
	/\b(?:don['’]?t|do not|didn['’]?t|did not|never|not|without|instead of|no need to|nothing)\b(?: \w+){0,4} (?:to )?c[ae]n[cs]+[ae]?l|\b(?:was|were|is|are|been|got|get|has|have|did (?:you|they|someone|somebody|it))\b(?: \w+){0,5} c[ae]n[cs]+[ae]?l(?:l?ed)?\b(?! (?:my|the|this|it|order))|\bdid (?:you|they|someone|somebody)\b(?: \w+){0,3} c[ae]n[cs]+[ae]?l|\b(?:remove|delete|stop|drop) nothing\b/i;

const ORDER_CHANGES: Record<string, OrderChange> = {
	cancel_order: {
		request: CANCELLING,
		findRefusal: cancelRefusal,
		propose: (order) => proposeCancellation(order, null),
		text: ({ number }) => `I can cancel order ${number} for you. Please confirm it below.`,
		whichOrder: "Which order shall I cancel",
	},
	get_refund: {
		request:
			/\bre+(?:fund|turn|imburs|inburs|bat|pay|paid|claim|clam|tour|und)|\b(?:rufund|rfund|money|back|compensat\w*|credit|restitution|chargeback|want (?:it|my order) any ?more|any ?more)\b|\bdo(?:es)?n['’]?t (?:want|need|like)\b/i,
		findRefusal: (order, days) => returnRefusal(order, days, new Date()),
		propose: (order) => proposeReturn(order, [], null),
		text: ({ number }) => `I can ask the store to take order ${number} back. Please confirm it below.`,
		whichOrder: "Which order would you like to send back",
	},
	change_shipping_address: {
		request:
			/\bad+r+es|\baddr\b|\b(?:deliver|ship|send|post|forward|redirect|reroute)\w*\b.{0,60}\bto\b|\b(?:house|street|post ?code|zip|city|town|location|destination|moved|moving|recipient|where (?:it|my order|this) (?:goes|is going))\b/i,
		findRefusal: addressChangeRefusal,
		propose: (order) => proposeOrderAddress(order, null),
		text: ({ number }) => `I can change where order ${number} goes. Please give the new address below.`,
		whichOrder: "Whose address shall I change",
	},
};

/** Words that ask for a change of an order. The intent alone also includes questions about an order's contents. */
const CHANGING =
	/\b(?:chang|edit|modif|add|remov|swap|replac|updat|switch|alter|amend|correct|upgrad|instead|wrong|forgot|mistake|take .{1,40} off)\w*/i;

/** Maximum number of orders that are searched for the one that is meant, and that the question names. */
const MAX_SEARCHED_ORDERS = 20;
const MAX_NAMED_ORDERS = 5;

const SENDS_BACK =
	/^\W*(?:(?:hi|hello|please|can|could|may|you|i|we|want|would|like|['’]d|need|have|to)\W+)*(?:return|send back|send it back)\b/i;

/**
 * The intent, or a more exact one when the words say what is changed: the classifier takes both "the address of order
 * W1" and "return order W1" for changes of an order.
 */
export function narrowIntent(intent: string, question: string): string {
	if (intent === "check_refund_policy" && SENDS_BACK.test(question)) return "get_refund";
	if (intent !== "change_order" && intent !== "other") return intent;
	if (isPlainlyCancelling(question)) return "cancel_order";
	if (intent === "change_order" && /\baddress\b/i.test(question)) return "change_shipping_address";
	return SENDS_BACK.test(question) ? "get_refund" : intent;
}

/** Whether the words ask to cancel an order, even if the classifier is uncertain ("call off my order"). */
export const isPlainlyCancelling = (question: string): boolean =>
	PLAINLY_CANCELLING.test(question) && !NOT_CANCELLING.test(question);

/** Whether an intent asks for a change that a card can propose. */
export const isDoable = (intent: string): boolean => intent in ORDER_CHANGES;

/**
 * Whether the customer's own words ask for the change of the intent. The intent model is trained with English sentences
 * and takes "list my orders" for a cancellation, so a card needs such a word as well.
 */
export function isRequestedInWords(intent: string, question: string): boolean {
	const change = ORDER_CHANGES[intent];
	if (intent === "change_order") return CHANGING.test(question);
	if (!change) return true;
	return change.request.test(question) && !(intent === "cancel_order" && NOT_CANCELLING.test(question));
}

/** Whether a question mentions a cancellation without asking for one. Its answer is the order's state. */
export const asksWhetherCancelled = (question: string): boolean => NOT_CANCELLING.test(question);

/** Proposes the change on a card. @returns the text above the card, or the reason why there is none. */
export async function proposeFor(order: Order, intent: string, toolRuns: ToolRuns): Promise<string | null> {
	const change = ORDER_CHANGES[intent];
	if (!change || !toolRuns.canPropose) return null;
	const problem = change.findRefusal(order, await getSetting("return_days"));
	if (problem) return `${problem} ${OFFER}`;
	return toolRuns.propose(change.propose(order)) ? change.text(order) : null;
}

/**
 * Proposes the change when the customer named no order: for the only order whose state allows it. When there are
 * several, the text asks which one.
 * @returns null when there is none; the articles then say what is possible.
 */
export async function proposeForAny(intent: string, toolRuns: ToolRuns): Promise<string | null> {
	const change = ORDER_CHANGES[intent];
	if (!change || !toolRuns.canPropose) return null;
	const days = await getSetting("return_days");
	const own = await listOrders({ ...toolRuns.owner, limit: MAX_SEARCHED_ORDERS });
	const possible = own.filter((order) => change.findRefusal(order, days) === null);
	const [only] = possible;
	if (!only) return null;
	await toolRuns.recordLookup("list_orders", null);
	if (possible.length === 1) return proposeFor(only, intent, toolRuns);
	const numbers = possible.slice(0, MAX_NAMED_ORDERS).map((order) => order.number);
	return `${change.whichOrder}: ${numbers.slice(0, -1).join(", ")} or ${numbers.at(-1)}?`;
}
