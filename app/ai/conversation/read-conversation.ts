import { forAnalysis } from "#app/models/message/analysed-part.ts";
import type { Utterance } from "#app/models/message/unanswered.server.ts";
import { extractOrderNumbers } from "#app/models/order/numbers.ts";
import type { AnswerSource } from "#db/shapes.ts";
import type { Context, Topic } from "./context.ts";
import { findReference, isContinuation } from "./references.ts";
import { mergeFragment } from "./replacements.ts";
import { matchAt, type Token, textOf, tokenize, without } from "./tokens.ts";
import { type Words, wordsOf } from "./words.ts";

/** What a question is about, read together with the conversation before it. */
export type Conversation = {
	/** Whether the question is only understood with what came before it, as in "and for chairs?". */
	leans: boolean;
	/** The question as it would be asked without a conversation. The question itself when it does not lean. */
	searchText: string;
	/** The slug of the article that the question leans on. */
	article: string | null;
	/** The id of the product that the question leans on. */
	product: string | null;
	/** The number of the order that the question leans on, in the stored form W1234567. */
	order: string | null;
};

/** Number of earlier questions that are read. Each may lean on the one before it. */
const MAX_EARLIER_QUESTIONS = 4;
/** Words of an earlier question that are read; a longer one asks at its end. */
const MAX_EARLIER_WORDS = 40;
/** Longest question that may lean on what came before, in words. A longer one explains itself. */
const MAX_LEANING_WORDS = 16;
const NO_TOPIC: Topic = { articles: [], products: [], orders: [], isAboutOrders: false };

/**
 * Reads a question together with the messages before it. First it decides whether the question leans on them. Only then
 * does the result contain anything of them, so that a change of subject is not drawn back.
 * @param language of the question (BCP 47); languages without word lists are read with those of English.
 */
export function readConversation(asked: {
	question: string;
	history: Utterance[];
	language: string;
}): Conversation {
	const words = wordsOf(asked.language);
	const read = (text: string) => tokenize(text, /^(?:fr|it)\b/.test(asked.language));
	let context: Context | null = null;
	for (const { question, answer } of splitExchanges(asked.history)) {
		const understood = resolve(read(question).slice(-MAX_EARLIER_WORDS), question, context, words);
		if (understood.isEmpty) continue;
		const topic = topicOf(answer, question);
		const isKnown = topic.isAboutOrders || topic.articles.length + topic.products.length > 0;
		const carried: Topic = understood.leans && context ? context.topic : NO_TOPIC;
		context = { tokens: read(understood.searchText), topic: isKnown ? topic : carried };
	}
	const { isEmpty: _isEmpty, ...conversation } = resolve(
		read(asked.question),
		asked.question,
		context,
		words,
	);
	return conversation;
}

/** The customer's earlier questions, each with its answer. Messages without an answer between them are one question. */
function splitExchanges(history: Utterance[]): { question: string; answer: Utterance }[] {
	const exchanges: { question: string; answer: Utterance }[] = [];
	let question = "";
	for (const utterance of history) {
		if (utterance.role === "customer") question = `${question}\n${utterance.text}`.trim();
		else if (question !== "") {
			exchanges.push({ question: forAnalysis(question).question, answer: utterance });
			question = "";
		} else {
			const exchange = exchanges.at(-1);
			if (exchange) exchange.answer = joinAnswers(exchange.answer, utterance);
		}
	}
	return exchanges.slice(-MAX_EARLIER_QUESTIONS);
}

/** An answer may be several messages, such as a text and the card of a proposal. */
const joinAnswers = (one: Utterance, next: Utterance): Utterance => ({
	role: next.role,
	text: `${one.text}\n${next.text}`,
	sources: [...(one.sources ?? []), ...(next.sources ?? [])],
	...(one.orders || next.orders ? { orders: [...(one.orders ?? []), ...(next.orders ?? [])] } : {}),
});

function topicOf({ text, sources = [], orders }: Utterance, question: string): Topic {
	const named = extractOrderNumbers(`${question}\n${forAnalysis(text).question}`);
	const isProduct = ({ url }: AnswerSource) => url.startsWith("/products/");
	const slugOf = ({ url }: AnswerSource) => /^\/help\/([^#?]+)/.exec(url)?.[1];
	return {
		articles: [...new Set(sources.flatMap((source) => slugOf(source) ?? []).map(decodeURIComponent))],
		products: sources.filter(isProduct).map(({ id, title }) => ({ id, name: title })),
		orders: [...new Set([...(orders ?? []), ...named])],
		isAboutOrders: orders !== undefined || named.length > 0,
	};
}

type Understood = Conversation & {
	/** True for "thanks" and the like, which asks nothing. */ isEmpty: boolean;
};

function resolve(said: Token[], question: string, context: Context | null, words: Words): Understood {
	const { body, hasOpener } = withoutOpening(said, words);
	const alone: Understood = {
		leans: false,
		searchText: question,
		article: null,
		product: null,
		order: null,
		isEmpty: body.length === 0,
	};
	if (!context || body.length === 0 || body.length > MAX_LEANING_WORDS) return alone;
	if (matchAt(body, 0, words.lists.idioms) > 0) return alone;
	const { topic } = context;
	const [article = null] = topic.articles;
	const leaning = { ...alone, leans: true, article };
	if (extractOrderNumbers(question).length > 0) {
		// An order number alone answers the assistant's question which order is meant.
		const isOnlyNumber = without(body, words, "generic", "orderWords", "prepositions").every(({ raw }) =>
			/\d/.test(raw),
		);
		const isAnswer =
			isOnlyNumber && extractOrderNumbers(textOf(context.tokens)).length === 0 && topic.isAboutOrders;
		return isAnswer ? { ...leaning, searchText: `${textOf(context.tokens)} ${textOf(body)}` } : alone;
	}
	const reference = findReference(body, context, words);
	const { leans, isFragment, isOtherSubject } = isContinuation(body, {
		context,
		words,
		hasOpener,
		reference,
	});
	if (!leans) return alone;

	// "The other one" is none of those that were talked about.
	const isOther = body.some(({ key }) => words.has("others", key));
	const chosen = isOther ? { ...topic, orders: [], products: [] } : chooseFromList(body, topic, words);
	const { orders, products, isAboutOrders } = chosen ?? topic;
	const [order, otherOrder] = orders;
	if (isAboutOrders) {
		// "The second one" answers which order the question before it means.
		const isChoice = without(body, words, "generic", "demonstratives", "ordinals", "last").length === 0;
		if (chosen && order && isChoice)
			return { ...leaning, searchText: `${textOf(context.tokens)} ${order}`, order };
		const searchText = replaceReference(body, reference, words.myOrder);
		return { ...leaning, searchText, order: order && !otherOrder ? order : null };
	}
	const [product, otherProduct] = products;
	const fragment = isFragment ? mergeFragment(body, context, words) : null;
	if (fragment?.isOtherThing) return { ...leaning, searchText: fragment.text };
	if (product && !otherProduct) {
		const isAttribute = without(body, words, "generic", "attributes", "prepositions").length === 0;
		if (isOtherSubject) return { ...leaning, searchText: textOf(body), product: product.id };
		const searchText =
			fragment && !(isAttribute && !hasOpener && body.length === 1)
				? fragment.text
				: replaceReference(body, reference, product.name);
		return { ...leaning, searchText, product: product.id };
	}
	if (fragment) return { ...leaning, searchText: fragment.text };
	const subject = without(context.tokens, words, "questionWords", "generic");
	return { ...leaning, searchText: `${textOf(subject)} ${textOf(body)}` };
}

/** Removes greetings, thanks and openers from the beginning of a question, and thanks from its end. */
function withoutOpening(said: Token[], words: Words): { body: Token[]; hasOpener: boolean } {
	let at = 0;
	let hasOpener = false;
	for (;;) {
		const opener = matchAt(said, at, words.lists.openers);
		const length = Math.max(opener, matchAt(said, at, words.lists.fillers), said[at]?.key === "" ? 1 : 0);
		if (length === 0) break;
		if (opener === length) hasOpener = true;
		at += length;
	}
	let end = said.length;
	for (;;) {
		const isEnd = (entry: string[]) =>
			end - entry.length >= at && entry.every((word, i) => said[end - entry.length + i]?.key === word);
		const length = said[end - 1]?.key === "" && end > at ? 1 : (words.lists.fillers.find(isEnd)?.length ?? 0);
		if (length === 0) break;
		end -= length;
	}
	return { body: said.slice(at, end), hasOpener };
}

/** The product or order that "the second one" chooses from those of the last answer. */
function chooseFromList(body: Token[], { products, orders }: Topic, words: Words): Topic | null {
	const place = words.lists.ordinals.flat();
	const isLast = body.some(({ key }) => words.has("last", key));
	const at = isLast
		? -1
		: Math.min(...body.map(({ key }) => place.indexOf(key)).filter((index) => index >= 0));
	const product = products.length > 1 ? products.at(at) : undefined;
	const order = orders.length > 1 ? orders.at(at) : undefined;
	if (!Number.isFinite(at) || !(product || order)) return null;
	return {
		...NO_TOPIC,
		products: product ? [product] : [],
		orders: order ? [order] : [],
		isAboutOrders: order !== undefined,
	};
}

/** The question with a name in the place of the pronoun, or with the name at its end. */
function replaceReference(
	body: Token[],
	reference: { at: number; length: number } | null,
	name: string,
): string {
	if (!reference) return `${textOf(body)} ${name}`;
	const { at, length } = reference;
	return [textOf(body.slice(0, at)), name, textOf(body.slice(at + length))].filter(Boolean).join(" ");
}
