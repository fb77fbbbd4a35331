import { canSendCodes } from "#app/models/email/code.server.ts";
import {
	describeItems,
	describeOrder,
	formatLongDay,
	getOrder,
	isIdentified,
	isOpen,
	isPending,
	listOrders,
	type Order,
	type OrderOwner,
} from "#app/models/order/order.server.ts";
import { STORE_CURRENCY } from "#app/models/product/money.ts";
import type { AnswerCard } from "#db/shapes.ts";
import type { ToolRuns } from "../tool-runs.server.ts";
import {
	asksWhetherCancelled,
	isDoable,
	isPlainlyCancelling,
	isRequestedInWords,
	narrowIntent,
	proposeFor,
	proposeForAny,
} from "./order-requests.server.ts";
import { OFFER } from "./phrases.ts";

/**
 * An answer about a customer's orders. `isRequest` is true when the customer asked for something that only a person can
 * do, so that the answer also needs the store's rule for it.
 */
export type OrderAnswer = {
	text: string;
	isRequest: boolean;
	/** The orders of a list, as the text names them. */
	cards?: AnswerCard[];
	/** The intent by the customer's words, when the classified intent is another one. */
	intent?: string;
};

const SIGN_IN = "Sign in and I'll look it up.";
const SIGN_IN_OR_CODE =
	"Sign in and I'll look it up. Or I can send a code to the email address of your order.";
/** The answer about another customer's order and about an unknown one, so that nobody learns which orders exist. */
const NOT_YOURS =
	"There is no such order in your account. Please check the number in your confirmation email.";
const NO_ORDERS = "There are no orders in your account.";

/** Smallest confidence with which the intent alone makes a question one about orders. */
const MIN_INTENT_CONFIDENCE = 0.5;
const MAX_ORDERS = 5;
const MAX_NUMBERS = 3;

/** Intents about an existing order of the customer, with or without its number. */
const ORDER_INTENTS = new Set(["track_order"]);
/** Intents that ask for a change of an order. The answer states the facts, because it changes nothing. */
const REQUEST_VERBS: Record<string, string> = {
	cancel_order: "cancel it",
	change_order: "change it",
	change_shipping_address: "change its address",
	get_refund: "take it back",
	exchange_item: "exchange it",
};

/** Words for a fault of something that has arrived. The articles say what to do; the order's state does not help. */
const FAULTY =
	/\b(?:broke|broken|damaged?|defective|faulty|crack\w*|torn|smashed|shattered|scratched|dented|leak\w*|stained|(?:part|piece|screw|item|one|something)s? (?:is |are |was |were )?missing|missing (?:\w+ )?(?:parts?|pieces?|screws?|items?)|wrong (?:items?|products?|colou?r|size|thing))\b/i;

/** Intents that the articles answer, beside the state of the order that the question is about. */
const ARTICLE_INTENTS =
	/^(?:get_invoice|check_invoice|payment_issue|damaged_item|warranty|check_cancellation_fee)$/;

const OWN_ORDER =
	/\b(?:my|our|this|that|the|an?) (?:(?:last|latest|recent|new|other|first|second|current|open|whole|entire|online) )*(?:orders?|packages?|parcels?|deliver(?:y|ies)|shipments?|purchases?|stuff|things?|items?)\b|\bi (?:have )?(?:just |recently |already )?(?:ordered|bought|purchased)\b/i;
const WHERE =
	/\bwhere(?:s| is| are|'s|’s)\b|\bwhen (?:will|is|does|do|are)\b|\bstatus\b|\btrack(?:ing)?\b|\bhas(?:n['’]?t)?\b.{0,80}\b(?:ship|arriv|come|deliver|sent)|\b(?:arrive|arrived|shipped|late|delayed|update|eta|on (?:its|the) way|happen\w*|going on|never (?:came|got)|not (?:received|arrived)|haven['’]?t (?:received|got))\b/i;
const LISTING =
	/\b(?:my|all|list|show|see) (?:\w+ )?orders\b|\b(?:recent|latest|last|past|previous) (?:\d+ )?orders?\b|\bwhat (?:did|have) i (?:order|buy|bought)/i;
/** Texts that ask only for a list: "order list", "my orders please", "orders?", "what orders do I have". */
const ASKS_FOR_LIST =
	/^\W*(?:(?:hi|hello|hey|please|pls|just|can|could|would|you|i|i['’]?d|we|want|need|like|to|me|us|give|show|list|see|view|display|print|check|get|fetch|find|open|pull up|look at|a|an|the|of|for|complete|full|whole|all|any|every|my|our|past|previous|recent|latest|last|old|current|open|pending|active|order|purchase)\W+)*(?:orders|purchases|(?:order|purchase)s? (?:list|history|overview)|list of (?:my )?(?:orders|purchases))(?:\W+(?:list|please|pls|now|here|thanks?|so far|history|i have|i (?:have )?(?:made|placed)|i['’]?ve (?:made|placed)))*\W*$|\b(?:what|which|how many) (?:\w+ )?(?:orders|purchases) (?:(?:do|did|have) (?:i|we) (?:have|make|made|place|placed|got|order|ordered)|(?:do|did|have) i\W*$|i have|i['’]ve)\b|\bdo i have (?:any |some )?(?:\w+ )?orders\b|\bwhat are (?:all )?my (?:\w+ )?orders\b|^\W*(?:list|show|display)(?: me)? (?:all )?(?:(?:of )?my )?(?:\w+ )?orders?\W*$/i;
/** The same in the other languages that the assistant supports. */
const LISTING_IN_OTHER_LANGUAGES =
	/(?<!\p{L})(?:meine?r? (?:\p{L}+ )?bestellungen|bestell(?:liste|übersicht|ungen anzeigen)|mes (?:\p{L}+ )?(?:commandes|achats)|mis (?:\p{L}+ )?(?:pedidos|compras)|lista de (?:mis |meus )?pedidos|i miei (?:\p{L}+ )?ordini|(?:lista|elenco) (?:dei miei |degli |dei )?ordini|(?:os )?meus (?:\p{L}+ )?pedidos|(?:as )?minhas (?:\p{L}+ )?(?:encomendas|compras)|mijn (?:\p{L}+ )?bestellingen|(?:lista )?moi(?:ch|e) zam[oó]wie(?:ń|n|nia)|moje zam[oó]wienia|sipari[sş]lerim(?:i|in)?)(?!\p{L})|طلباتي|ההזמנות שלי/iu;
/** Words for a change of orders or a late one, which ask for more than a list. */
const CHANGES_IN_OTHER_LANGUAGES =
	/stornier|annul|anul|cancel|iptal|zrezygn|zwr[oó]|إلغ|الغ|בטל|ביטול|ändern|change|modif|cambi|alter|wijzig|zmieni|zurück|retour|devol|restitu|iade|wo |wann|où|quand|dónde|donde|cuándo|dove|quando|onde|waar|wanneer|gdzie|kiedy|nerede|ne zaman|أين|متى|איפה|מתי/i;
/** "Where is my order" in the other languages that the assistant supports. The facts are English. */
const WHERE_IN_OTHER_LANGUAGES =
	/\bwo (?:ist|bleibt|sind) mein\w* (?:bestellung|paket|lieferung|sendung)|\boù (?:est|en est|sont) m\w+ (?:commande|colis|livraison)|\bd[oó]nde est[aá] mi (?:pedido|paquete|env[ií]o)|\bdov['’]?\s?[eè] il mio (?:ordine|pacco)|\bonde est[aá] (?:o |a )?(?:meu|minha) (?:pedido|encomenda|pacote)|\bwaar (?:is|blijft) mijn (?:bestelling|pakket|pakje)/i;
/** Questions about how something is done, which the articles answer. */
const HOW_TO =
	/^\W*(?:(?:hi|hello|hey|please|ok|so)\b\W*)?(?:how (?:do|can|could|would|should|to|long)|can i\b(?! (?:see|get))|what (?:do i|is the|are)|is it possible|do i|am i|where (?:do|can) i|who|until when)/i;

/** "When would it arrive if I order today" is not about an existing order. */
const WHAT_IF = /\bif (?:i|we) (?:order|buy|pay|placed?)\b/i;

/**
 * Answers a question about the customer's own orders.
 * @param options.intent and `confidence`: from `analyseQuestion`.
 * @param options.toolRuns logs the look-ups and has the customer's identity, which only the server sets.
 * @returns null when the question is not about an order of the customer.
 */
export async function answerAboutOrders(options: {
	question: string;
	/** The orders that the question names, or the one that the conversation is about. */
	numbers: string[];
	intent: string;
	confidence: number;
	toolRuns: ToolRuns;
}): Promise<OrderAnswer | null> {
	const { question, confidence, toolRuns } = options;
	const { owner } = toolRuns;
	// An order's number makes the question one about an order; without one only a sure intent does.
	const numbers = options.numbers.slice(0, MAX_NUMBERS);
	const isMeant = confidence >= MIN_INTENT_CONFIDENCE || numbers.length > 0;
	const classified = isMeant
		? narrowIntent(options.intent, question)
		: isPlainlyCancelling(question)
			? "cancel_order"
			: "other";
	const intent = isRequestedInWords(classified, question) ? classified : "other";
	const request = REQUEST_VERBS[intent];
	if (numbers.length > 0) {
		if (!isIdentified(owner)) return askIdentity(toolRuns);
		const orders = await Promise.all(numbers.map((number) => getOrder({ number, ...owner })));
		for (const order of orders) if (order) await toolRuns.recordLookup("get_order", order);
		const [named] = orders;
		if (named && orders.length === 1 && isDoable(intent) && !HOW_TO.test(question)) {
			const offered = await proposeFor(named, intent, toolRuns);
			if (offered) return { text: offered, isRequest: false };
		}
		const sentences = orders.map((order) => (order ? describeOrder(order) : NOT_YOURS));
		if (request && orders.some(Boolean)) {
			return { text: [...sentences, requestSentence(request, orders)].join(" "), isRequest: true };
		}
		const isRequest = (ARTICLE_INTENTS.test(intent) || FAULTY.test(question)) && orders.some(Boolean);
		return { text: [...new Set(sentences)].join(" "), isRequest };
	}
	const isList =
		ASKS_FOR_LIST.test(question) ||
		(LISTING_IN_OTHER_LANGUAGES.test(question) && !CHANGES_IN_OTHER_LANGUAGES.test(question));
	const isListing =
		isList || (LISTING.test(question) && !request && !ARTICLE_INTENTS.test(intent) && !HOW_TO.test(question));
	const isTracking =
		WHERE_IN_OTHER_LANGUAGES.test(question) ||
		ORDER_INTENTS.has(intent) ||
		(classified === "cancel_order" && OWN_ORDER.test(question) && asksWhetherCancelled(question)) ||
		(OWN_ORDER.test(question) && WHERE.test(question) && !request);
	if ((HOW_TO.test(question) && !isList) || WHAT_IF.test(question)) return null;
	if (isDoable(intent) && !isList && OWN_ORDER.test(question) && isIdentified(owner)) {
		const offered = await proposeForAny(intent, toolRuns);
		if (offered) return { text: offered, isRequest: false };
	}
	if (!(isTracking || isListing) || FAULTY.test(question)) return null;
	if (!isIdentified(owner)) return askIdentity(toolRuns);
	await toolRuns.recordLookup("list_orders", null);
	return {
		...(await describeLatest(owner, isList || (isListing && /\borders\b|\blist\b/i.test(question)))),
		isRequest: false,
		...(intent === classified ? {} : { intent: "track_order" }),
	};
}

function askIdentity(toolRuns: ToolRuns): OrderAnswer {
	toolRuns.requestIdentity();
	return { text: toolRuns.canPropose && canSendCodes() ? SIGN_IN_OR_CODE : SIGN_IN, isRequest: false };
}

/** The state of the latest open order, for an answer about cancelling or returning without an order number. */
export async function latestOrderSentence(toolRuns: ToolRuns): Promise<string | null> {
	const orders = await listOrders({ ...toolRuns.owner, limit: MAX_ORDERS });
	if (orders.length > 0) await toolRuns.recordLookup("list_orders", null);
	const open = orders.filter(isOpen);
	const order = open[0] ?? orders[0];
	return order ? describeOrder(order) : null;
}

async function describeLatest(
	owner: OrderOwner,
	wantsAll: boolean,
): Promise<Pick<OrderAnswer, "text" | "cards">> {
	const orders = await listOrders({ ...owner, limit: MAX_ORDERS });
	const open = orders.filter(isOpen);
	const [only] = open.length > 0 ? open : orders;
	if (!only) return { text: NO_ORDERS };
	if (!wantsAll && open.length === 1) return { text: describeOrder(only) };
	if (!wantsAll && open.length === 0)
		return { text: `You have no open orders. The latest: ${describeOrder(only)}` };
	if (orders.length === 1) return { text: describeOrder(only) };
	const shown = wantsAll ? orders : open;
	const lines = shown.map(
		(order) => `- ${order.number}: ${shortStatus(order)} (${describeItems(order.items)})`,
	);
	const opening = `Your ${wantsAll ? "latest" : "open"} orders:`;
	return {
		text: [opening, ...lines, "", "Tell me a number and I'll look it up."].join("\n"),
		cards: shown.map(orderCard),
	};
}

function orderCard({ number, status, totalCents, placedAt }: Order): AnswerCard {
	const placedOn = placedAt?.toISOString().slice(0, 10) ?? null;
	return { kind: "order", number, status, totalCents, currency: STORE_CURRENCY, placedOn };
}

function shortStatus(order: Order): string {
	const status = order.status.replaceAll("_", " ").toLowerCase();
	return order.expectedOn && isOpen(order)
		? `${status}, expected on ${formatLongDay(order.expectedOn)}`
		: status;
}

function requestSentence(request: string, orders: (Order | null)[]): string {
	const order = orders.find((found) => found !== null);
	const isTooLate =
		order && !isPending(order) && /cancel|change/.test(request) && !/cancel/i.test(order.status);
	if (order && /cancel/i.test(order.status) && request === "cancel it")
		return "There is nothing left to cancel.";
	if (isTooLate)
		return `It is no longer pending, so a colleague has to check whether we can still ${request}. ${OFFER}`;
	return `I can't ${request} myself. ${OFFER}`;
}
