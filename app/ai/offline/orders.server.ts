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
	isSaid,
	narrowed,
	proposeFor,
	proposeForAny,
} from "./order-requests.server.ts";
import { OFFER } from "./phrases.ts";

/**
 * What is said of a customer's orders. `isRequest` when something was asked to be done that only a person can
 * do, so that the store's rule for it is told as well.
 */
export type OrderAnswer = {
	text: string;
	isRequest: boolean;
	/** The orders of a list, as the text names them. */
	cards?: AnswerCard[];
	/** What was asked for by the customer's own words, where the guessed intent said otherwise. */
	intent?: string;
};

const SIGN_IN = "Sign in and I'll look it up.";
const SIGN_IN_OR_CODE =
	"Sign in and I'll look it up. Or I can send a code to the email address of your order.";
/** Somebody else's order and one that never was are answered alike, or the answer would say which exist. */
const NOT_YOURS =
	"There is no such order in your account. Please check the number in your confirmation email.";
const NO_ORDERS = "There are no orders in your account.";

/** Below this an intent alone does not make a question one about orders. */
const SURE_OF_INTENT = 0.5;
const MOST_ORDERS = 5;
const MOST_NUMBERS = 3;

/** Intents that are about an order the customer has, whether or not they name it. */
const ORDER_INTENTS = new Set(["track_order"]);
/** Intents that ask for something to be done with an order: told the facts, since nothing is changed here. */
const REQUESTS: Record<string, string> = {
	cancel_order: "cancel it",
	change_order: "change it",
	change_shipping_address: "change its address",
	get_refund: "take it back",
	exchange_item: "exchange it",
};

/** What is wrong with something that has arrived. The articles say what to do; where the order is helps nobody. */
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
/** A list and nothing else: "order list", "my orders please", "orders?", "what orders do I have". */
const ASKS_FOR_LIST =
	/^\W*(?:(?:hi|hello|hey|please|pls|just|can|could|would|you|i|i['’]?d|we|want|need|like|to|me|us|give|show|list|see|view|display|print|check|get|fetch|find|open|pull up|look at|a|an|the|of|for|complete|full|whole|all|any|every|my|our|past|previous|recent|latest|last|old|current|open|pending|active|order|purchase)\W+)*(?:orders|purchases|(?:order|purchase)s? (?:list|history|overview)|list of (?:my )?(?:orders|purchases))(?:\W+(?:list|please|pls|now|here|thanks?|so far|history|i have|i (?:have )?(?:made|placed)|i['’]?ve (?:made|placed)))*\W*$|\b(?:what|which|how many) (?:\w+ )?(?:orders|purchases) (?:(?:do|did|have) (?:i|we) (?:have|make|made|place|placed|got|order|ordered)|(?:do|did|have) i\W*$|i have|i['’]ve)\b|\bdo i have (?:any |some )?(?:\w+ )?orders\b|\bwhat are (?:all )?my (?:\w+ )?orders\b|^\W*(?:list|show|display)(?: me)? (?:all )?(?:(?:of )?my )?(?:\w+ )?orders?\W*$/i;
/** The same in the other languages the assistant speaks. */
const LISTING_ABROAD =
	/(?<!\p{L})(?:meine?r? (?:\p{L}+ )?bestellungen|bestell(?:liste|übersicht|ungen anzeigen)|mes (?:\p{L}+ )?(?:commandes|achats)|mis (?:\p{L}+ )?(?:pedidos|compras)|lista de (?:mis |meus )?pedidos|i miei (?:\p{L}+ )?ordini|(?:lista|elenco) (?:dei miei |degli |dei )?ordini|(?:os )?meus (?:\p{L}+ )?pedidos|(?:as )?minhas (?:\p{L}+ )?(?:encomendas|compras)|mijn (?:\p{L}+ )?bestellingen|(?:lista )?moi(?:ch|e) zam[oó]wie(?:ń|n|nia)|moje zam[oó]wienia|sipari[sş]lerim(?:i|in)?)(?!\p{L})|طلباتي|ההזמנות שלי/iu;
/** Something is to be done with the orders, or they are late: more than a list is asked for. */
const CHANGES_ABROAD =
	/stornier|annul|anul|cancel|iptal|zrezygn|zwr[oó]|إلغ|الغ|בטל|ביטול|ändern|change|modif|cambi|alter|wijzig|zmieni|zurück|retour|devol|restitu|iade|wo |wann|où|quand|dónde|donde|cuándo|dove|quando|onde|waar|wanneer|gdzie|kiedy|nerede|ne zaman|أين|متى|איפה|מתי/i;
/** "Where is my order" in the other languages the app speaks; the facts are told in English for now. */
const WHERE_ABROAD =
	/\bwo (?:ist|bleibt|sind) mein\w* (?:bestellung|paket|lieferung|sendung)|\boù (?:est|en est|sont) m\w+ (?:commande|colis|livraison)|\bd[oó]nde est[aá] mi (?:pedido|paquete|env[ií]o)|\bdov['’]?\s?[eè] il mio (?:ordine|pacco)|\bonde est[aá] (?:o |a )?(?:meu|minha) (?:pedido|encomenda|pacote)|\bwaar (?:is|blijft) mijn (?:bestelling|pakket|pakje)/i;
/** A question about the way of doing it, which the articles answer. */
const HOW_TO =
	/^\W*(?:(?:hi|hello|hey|please|ok|so)\b\W*)?(?:how (?:do|can|could|would|should|to|long)|can i\b(?! (?:see|get))|what (?:do i|is the|are)|is it possible|do i|am i|where (?:do|can) i|who|until when)/i;

/** "When would it arrive if I order today" is about no order yet. */
const WHAT_IF = /\bif (?:i|we) (?:order|buy|pay|placed?)\b/i;

/**
 * Answers what concerns the customer's own orders, or returns null when the question concerns none.
 * @param intent and @param confidence from `classifyIntent`; @param deeds for whom, as the server knows it.
 */
export async function answerAboutOrders(options: {
	question: string;
	/** The orders that the question names, or the one that the conversation is about. */
	numbers: string[];
	intent: string;
	confidence: number;
	deeds: ToolRuns;
}): Promise<OrderAnswer | null> {
	const { question, confidence, deeds } = options;
	const { owner } = deeds;
	// An order's number makes the question one about an order; without one only a sure intent does.
	const numbers = options.numbers.slice(0, MOST_NUMBERS);
	const isMeant = confidence >= SURE_OF_INTENT || numbers.length > 0;
	const guessed = isMeant
		? narrowed(options.intent, question)
		: isPlainlyCancelling(question)
			? "cancel_order"
			: "other";
	const intent = isSaid(guessed, question) ? guessed : "other";
	const request = REQUESTS[intent];
	if (numbers.length > 0) {
		if (!isIdentified(owner)) return askIdentity(deeds);
		const orders = await Promise.all(numbers.map((number) => getOrder({ number, ...owner })));
		for (const order of orders) if (order) await deeds.recordLookup("get_order", order);
		const [named] = orders;
		if (named && orders.length === 1 && isDoable(intent) && !HOW_TO.test(question)) {
			const offered = await proposeFor(named, intent, deeds);
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
		ASKS_FOR_LIST.test(question) || (LISTING_ABROAD.test(question) && !CHANGES_ABROAD.test(question));
	const isListing =
		isList || (LISTING.test(question) && !request && !ARTICLE_INTENTS.test(intent) && !HOW_TO.test(question));
	const isTracking =
		WHERE_ABROAD.test(question) ||
		ORDER_INTENTS.has(intent) ||
		(guessed === "cancel_order" && OWN_ORDER.test(question) && asksWhetherCancelled(question)) ||
		(OWN_ORDER.test(question) && WHERE.test(question) && !request);
	if ((HOW_TO.test(question) && !isList) || WHAT_IF.test(question)) return null;
	if (isDoable(intent) && !isList && OWN_ORDER.test(question) && isIdentified(owner)) {
		const offered = await proposeForAny(intent, deeds);
		if (offered) return { text: offered, isRequest: false };
	}
	if (!(isTracking || isListing) || FAULTY.test(question)) return null;
	if (!isIdentified(owner)) return askIdentity(deeds);
	await deeds.recordLookup("list_orders", null);
	return {
		...(await describeLatest(owner, isList || (isListing && /\borders\b|\blist\b/i.test(question)))),
		isRequest: false,
		...(intent === guessed ? {} : { intent: "track_order" }),
	};
}

function askIdentity(deeds: ToolRuns): OrderAnswer {
	deeds.requestIdentity();
	return { text: deeds.canPropose && canSendCodes() ? SIGN_IN_OR_CODE : SIGN_IN, isRequest: false };
}

/** The facts of the latest open order, for an answer about cancelling or returning that names none. */
export async function latestOrderSentence(deeds: ToolRuns): Promise<string | null> {
	const orders = await listOrders({ ...deeds.owner, limit: MOST_ORDERS });
	if (orders.length > 0) await deeds.recordLookup("list_orders", null);
	const open = orders.filter(isOpen);
	const order = open[0] ?? orders[0];
	return order ? describeOrder(order) : null;
}

async function describeLatest(
	owner: OrderOwner,
	wantsAll: boolean,
): Promise<Pick<OrderAnswer, "text" | "cards">> {
	const orders = await listOrders({ ...owner, limit: MOST_ORDERS });
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
