import type { ToolRuns } from "#app/ai/tool-runs.server.ts";
import { proposeCancellation, proposeOrderAddress, proposeReturn } from "#app/ai/tools/proposals.ts";
import { listOrders, type Order } from "#app/models/order/order.server.ts";
import { addressChangeRefusal, cancelRefusal, returnRefusal } from "#app/models/order/rules.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Proposal } from "#db/shapes.ts";
import { OFFER } from "./phrases.ts";

/**
 * What somebody asks to be done with an order of theirs, laid before them on a card where the order's state
 * allows it. The same cards as with a model, chosen by the intent instead.
 */

type Doing = {
	/** Words that ask for it. The intent alone is a guess, and a card is only offered for what somebody said. */
	said: RegExp;
	/** Why this order's state does not allow it; null when it does. */
	whyNot: (order: Order, returnDays: number) => string | null;
	propose: (order: Order) => Omit<Proposal, "key">;
	/** Said above the card. */
	words: (order: Order) => string;
	/** Said when several orders could be meant. */
	which: string;
};

/** The word for cancelling as people type it, and what else says it; in the assistant's other languages as well. */
const CANCELLING =
	/\b(?:c[ae]n[cs]+[ae]?l|canel|cacnel|cnacel|cncel|canecl|ccancel|kancel|stornier|annul|anul|annuleer|cancela|iptal|cofn|zrezygn)\w*|\b(?:call(?:ing|ed)? (?:it |this |that |my (?:\w+ )?(?:order|purchase) )?off|call off|stop|halt|abort|undo|revoke|withdraw|void|scrap|delete|remove|drop|terminate|rescind|no longer (?:want|need)|chang\w+ my mind)\b|\b(?:don['’]?t|do not) (?:want|need)\b|\bget(?:ting)? rid of\b|إلغ|الغ|בטל|ביטול/i;
const PLAINLY_CANCELLING =
	/\b(?:cancel|call(?:ing)? off|revoke|delete|get(?:ting)? rid of|annul) (?:my|this|that|the) (?:\w+ )?(?:order|purchase)\b(?! (?:history|list|confirmation|number|details?))/i;
/** "Don't cancel it", "was it cancelled?": speaks of cancelling and asks for none. */
const NOT_CANCELLING =
	/\b(?:don['’]?t|do not|didn['’]?t|did not|never|not|without|instead of|no need to|nothing)\b(?: \w+){0,4} (?:to )?c[ae]n[cs]+[ae]?l|\b(?:was|were|is|are|been|got|get|has|have|did (?:you|they|someone|somebody|it))\b(?: \w+){0,5} c[ae]n[cs]+[ae]?l(?:l?ed)?\b(?! (?:my|the|this|it|order))|\bdid (?:you|they|someone|somebody)\b(?: \w+){0,3} c[ae]n[cs]+[ae]?l|\b(?:remove|delete|stop|drop) nothing\b/i;

const DOINGS: Record<string, Doing> = {
	cancel_order: {
		said: CANCELLING,
		whyNot: cancelRefusal,
		propose: (order) => proposeCancellation(order, null),
		words: ({ number }) => `I can cancel order ${number} for you. Please confirm it below.`,
		which: "Which order shall I cancel",
	},
	get_refund: {
		said: /\bre+(?:fund|turn|imburs|inburs|bat|pay|paid|claim|clam|tour|und)|\b(?:rufund|rfund|money|back|compensat\w*|credit|restitution|chargeback|want (?:it|my order) any ?more|any ?more)\b|\bdo(?:es)?n['’]?t (?:want|need|like)\b/i,
		whyNot: (order, days) => returnRefusal(order, days, new Date()),
		propose: (order) => proposeReturn(order, [], null),
		words: ({ number }) => `I can ask the store to take order ${number} back. Please confirm it below.`,
		which: "Which order would you like to send back",
	},
	change_shipping_address: {
		said: /\bad+r+es|\baddr\b|\b(?:deliver|ship|send|post|forward|redirect|reroute)\w*\b.{0,60}\bto\b|\b(?:house|street|post ?code|zip|city|town|location|destination|moved|moving|recipient|where (?:it|my order|this) (?:goes|is going))\b/i,
		whyNot: addressChangeRefusal,
		propose: (order) => proposeOrderAddress(order, null),
		words: ({ number }) => `I can change where order ${number} goes. Please give the new address below.`,
		which: "Whose address shall I change",
	},
};

/** Words that ask for a change of an order; the intent alone also has questions about the order's contents. */
const CHANGING =
	/\b(?:chang|edit|modif|add|remov|swap|replac|updat|switch|alter|amend|correct|upgrad|instead|wrong|forgot|mistake|take .{1,40} off)\w*/i;

/** Orders looked through for the one that is meant. */
const LOOKED_THROUGH = 20;
const MOST_NAMED = 5;

const SENDS_BACK =
	/^\W*(?:(?:hi|hello|please|can|could|may|you|i|we|want|would|like|['’]d|need|have|to)\W+)*(?:return|send back|send it back)\b/i;

/**
 * The intent again, or the nearer one where the words say what is to be changed: "the address of order W1" and
 * "return order W1" are both changes of an order to the classifier.
 */
export function narrowed(intent: string, question: string): string {
	if (intent === "check_refund_policy" && SENDS_BACK.test(question)) return "get_refund";
	if (intent !== "change_order" && intent !== "other") return intent;
	if (isPlainlyCancelling(question)) return "cancel_order";
	if (intent === "change_order" && /\baddress\b/i.test(question)) return "change_shipping_address";
	return SENDS_BACK.test(question) ? "get_refund" : intent;
}

/** Whether the words ask to cancel an order, however unsure the classifier is ("call off my order"). */
export const isPlainlyCancelling = (question: string): boolean =>
	PLAINLY_CANCELLING.test(question) && !NOT_CANCELLING.test(question);

/** Whether an intent asks for something that a card can do. */
export const isDoable = (intent: string): boolean => intent in DOINGS;

/**
 * Whether the customer's own words ask for what the intent says. The intent is learned from English sentences and
 * takes "list my orders" for a cancellation; a card needs the word as well.
 */
export function isSaid(intent: string, question: string): boolean {
	const doing = DOINGS[intent];
	if (intent === "change_order") return CHANGING.test(question);
	if (!doing) return true;
	return doing.said.test(question) && !(intent === "cancel_order" && NOT_CANCELLING.test(question));
}

/** Whether a question speaks of a cancellation without asking for one: its answer is the order's state. */
export const asksWhetherCancelled = (question: string): boolean => NOT_CANCELLING.test(question);

/** Lays a card for the order that was named. @returns what is said above it, or why there is none. */
export async function proposeFor(order: Order, intent: string, deeds: ToolRuns): Promise<string | null> {
	const doing = DOINGS[intent];
	if (!doing || !deeds.canPropose) return null;
	const problem = doing.whyNot(order, await getSetting("return_days"));
	if (problem) return `${problem} ${OFFER}`;
	return deeds.propose(doing.propose(order)) ? doing.words(order) : null;
}

/**
 * The same where no order was named: the only one whose state allows it is taken to be meant, of several the
 * customer is asked which.
 * @returns null when there is none; the articles then say what is possible.
 */
export async function proposeForAny(intent: string, deeds: ToolRuns): Promise<string | null> {
	const doing = DOINGS[intent];
	if (!doing || !deeds.canPropose) return null;
	const days = await getSetting("return_days");
	const own = await listOrders({ ...deeds.owner, limit: LOOKED_THROUGH });
	const possible = own.filter((order) => doing.whyNot(order, days) === null);
	const [only] = possible;
	if (!only) return null;
	await deeds.recordLookup("list_orders", null);
	if (possible.length === 1) return proposeFor(only, intent, deeds);
	const numbers = possible.slice(0, MOST_NAMED).map((order) => order.number);
	return `${doing.which}: ${numbers.slice(0, -1).join(", ")} or ${numbers.at(-1)}?`;
}
