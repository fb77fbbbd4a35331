import { setTimeout as delay } from "node:timers/promises";
import { listArticleLanguages } from "#app/models/article/article.server.ts";
import { CONFIRM_INSTRUCTION } from "#app/models/assistant-action/write-proposals.server.ts";
import { baseLanguage } from "#app/models/chat-session/locale.ts";
import { isIdentified } from "#app/models/order/order.server.ts";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import type { AnswerCard, AnswerSource } from "#db/shapes.ts";
import type { QuestionAnalysis } from "../analyse-question.server.ts";
import type { Answer, Answerer, AnswerRequest } from "../answer.ts";
import { getSearchQueue } from "../cpu-queues.server.ts";
import { ToolRuns } from "../tool-runs.server.ts";
import { answerFromCatalogue } from "./catalogue/answer-from-catalogue.server.ts";
import { articleIn, articlesOnlyIn, onlyIn, ownWordsIn } from "./foreign-words.ts";
import { answerFromArticle, answerFromKnowledge } from "./knowledge.server.ts";
import { isDoable } from "./order-requests.server.ts";
import { answerAboutOrders, latestOrderSentence } from "./orders.server.ts";
import { findGuess, isNo, isYes, OFFER, offersPerson, phrasesIn } from "./phrases.ts";
import { smallTalk } from "./small-talk.ts";

/** The result of one of the ways of answering. */
type Finding = {
	text: string;
	answered: boolean;
	sources?: AnswerSource[];
	cards?: AnswerCard[];
	/** The article that the whole text is from, if it is one. */
	article?: AnswerSource | undefined;
	escalation?: string;
	intent?: string;
	/** What the text is written in; the customer's language where absent. */
	language?: string;
};

/** The language of the texts about orders and products, which is that of their data. */
const DATA_LANGUAGE = "en";

/** A written "yes" changes nothing, because only a click is certain to be the customer's own decision. */
const CLICK_TO_CONFIRM = "To be safe, only the button on the card does it. Please choose Confirm there.";

/** Delay in ms between the words of an answer, and the maximum for a whole answer, so that it reads like writing. */
const PACE_MS = 12;
const MAX_PACING_MS = 80;

/**
 * Answers without a model: first a request for a person, then the customer's own orders, small talk, the catalogue and
 * the articles. When none of them answers the question, the answer says so. Nothing is invented: every sentence is a
 * fixed text, a fact of the database or a quotation.
 */
export const answerOffline: Answerer = async (request, onText) => {
	const question = request.question.trim();
	const { analysis } = request;
	const { language } = analysis;
	request.signal.throwIfAborted();
	const toolRuns = new ToolRuns(request);
	const finding = await getSearchQueue().run(
		request.network ?? "",
		() => find({ request, toolRuns, question }),
		request.signal,
	);
	const { text, ...foreign } = await inCustomersLanguage(language, finding);
	const answer: Answer = {
		text,
		...foreign,
		answered: finding.answered,
		intent: finding.intent ?? analysis.intent,
		confidence: finding.intent ? 1 : Math.round(analysis.confidence * 1000) / 1000,
		language,
		sources: finding.sources ?? [],
		...(finding.cards?.length ? { cards: finding.cards } : {}),
		escalate: { needed: finding.escalation !== undefined, reason: finding.escalation ?? null },
		model: null,
		...toolRuns.toAnswerFields(),
	};
	await streamWords(text, onText, request.signal);
	return answer;
};

/** The text that was found, after a sentence in the customer's language when the text is in another language. */
async function inCustomersLanguage(
	language: string,
	finding: Finding,
): Promise<Pick<Answer, "text" | "foreignPart">> {
	const own = ownWordsIn(language);
	const other = baseLanguage(finding.language ?? own);
	if (other !== baseLanguage(language)) {
		// When the assistant has no texts in the customer's language either, there is no such sentence.
		const introduction = finding.article
			? articleIn(finding.article, other, language)
			: onlyIn(other, language);
		const opening = other === own ? "" : `${introduction}\n\n`;
		return { text: opening + finding.text, foreignPart: { at: opening.length, language: other } };
	}
	if (finding.answered) return { text: finding.text };
	const languages = await listArticleLanguages();
	if (languages.length === 0 || languages.includes(baseLanguage(language))) return { text: finding.text };
	// First, so that the answer still ends with the offer of a person.
	return { text: `${articlesOnlyIn(languages, language)} ${finding.text}` };
}

type Search = {
	request: AnswerRequest;
	toolRuns: ToolRuns;
	question: string;
};

async function find({ request, toolRuns, question }: Search): Promise<Finding> {
	const { intent, confidence, language, personRequestLanguage } = request.analysis;
	const phrases = phrasesIn(language);
	const said = request.history.findLast((utterance) => utterance.role !== "customer")?.text ?? "";
	const wasOffered = offersPerson(said);
	if (personRequestLanguage || (wasOffered && isYes(question))) {
		return {
			text: phrases.calling,
			answered: true,
			escalation: "requested",
			intent: "contact_human_agent",
		};
	}
	if (wasOffered && isNo(question)) {
		return { text: "All right. What else would you like to know?", answered: true, language: "en" };
	}

	if (isYes(question) && said.trimEnd().endsWith(CONFIRM_INSTRUCTION))
		return { text: CLICK_TO_CONFIRM, answered: true, language: "en" };

	const confirmed = isYes(question) ? await answerConfirmedGuess(request) : null;
	if (confirmed) return confirmed;

	const { orderNumbers, conversation } = request.analysis;
	const asked = conversation.searchText.trim();
	const numbers = orderNumbers.length > 0 ? orderNumbers : [conversation.order ?? []].flat();
	const orders = await answerAboutOrders({ question: asked, numbers, intent, confidence, toolRuns });
	if (orders && !orders.isRequest) {
		return { text: orders.text, cards: orders.cards, answered: true, language: DATA_LANGUAGE };
	}

	const small = smallTalk(question, intent, confidence);
	if (small?.kind === "nature") return { text: small.text, answered: true, language: "en" };
	if (small) return { text: phrases[small.kind], answered: true };

	request.signal.throwIfAborted();
	const { found, guess } = await findAnswer(request.analysis);
	if (orders) {
		// The store's own rule for what was asked, beside the state of the order it is asked for.
		const text = found
			? `${orders.text.replace(OFFER, "").trim()}\n\n${found.text}\n\n${OFFER}`
			: orders.text;
		return { text, answered: true, sources: found?.sources ?? [], language: DATA_LANGUAGE };
	}
	if (found)
		return { ...found, text: await withOrderFacts(found.text, asked, intent, toolRuns), answered: true };
	if (intent === "complaint" && confidence > 0.6)
		return { text: `I am sorry about that. ${OFFER}`, answered: false, language: "en" };
	if (guess && baseLanguage(language) === baseLanguage(guess.locale)) {
		return { text: phrases.guess(guess.title), sources: [toSource(guess)], answered: false };
	}
	return { text: phrases.unknown, answered: false };
}

/** After "Did you mean “Returns”?", a "yes" is answered from that article; null when the last answer was no guess. */
async function answerConfirmedGuess({ history, analysis }: AnswerRequest): Promise<Finding | null> {
	const { language } = analysis;
	const asked = history.findLast((utterance) => utterance.role === "customer");
	const source = findGuess(history, language);
	if (!asked || !source) return null;
	const answer = await answerFromArticle(asked.text, source.url, language);
	return answer
		? { text: answer.text, sources: answer.sources, answered: true, language: answer.language }
		: null;
}

type Found = Pick<Finding, "text" | "cards" | "article"> & { sources: AnswerSource[]; language: string };

/**
 * Certainty with which the catalogue's answer is given even if an article contains all words of the question, as for
 * "what lamps do you have". No question about an article had such an answer in three test stores (138 questions).
 */
const SURE_CERTAINTY = 0.9;

/**
 * Finds the better of what the catalogue and the articles say about a question, or an article that may be meant.
 */
async function findAnswer(
	analysis: QuestionAnalysis,
): Promise<{ found: Found | null; guess: FoundPassage | null }> {
	const { searchText, product } = analysis.conversation;
	const [catalogue, knowledge] = await Promise.all([
		answerFromCatalogue(searchText.trim(), { product }),
		answerFromKnowledge(analysis),
	]);
	const article = knowledge.kind === "answer" ? knowledge.answer : null;
	if (catalogue && (!article || catalogue.certainty >= Math.min(article.coverage, SURE_CERTAINTY))) {
		const { text, sources, cards } = catalogue;
		return { found: { text, sources, cards, language: DATA_LANGUAGE }, guess: null };
	}
	const guess = knowledge.kind === "guess" ? knowledge.passage : null;
	if (!article) return { found: null, guess };
	const { text, sources, language } = article;
	const found = { text, sources, article: sources.length === 1 ? sources[0] : undefined, language };
	return { found, guess: null };
}

const toSource = ({ id, title, url, body, coverage }: FoundPassage): AnswerSource => ({
	id: String(id),
	title,
	url,
	quote: body,
	score: Math.round(coverage * 100) / 100,
});

const OWN = /\bmy (?:\w+ )?(?:order|purchase|package|parcel)\b/i;

/** Adds the state of the customer's order to a rule about cancelling, changing or returning, which depends on it. */
async function withOrderFacts(text: string, question: string, intent: string, toolRuns: ToolRuns) {
	if (
		!OWN.test(question) ||
		!/^(?:cancel_order|change_order|change_shipping_address|get_refund)$/.test(intent)
	) {
		return text;
	}
	if (!isIdentified(toolRuns.owner)) {
		if (toolRuns.canPropose && isDoable(intent)) toolRuns.requestIdentity();
		return text;
	}
	const facts = await latestOrderSentence(toolRuns);
	return facts ? `${text}\n\n${facts}` : text;
}

/** Passes the text on word by word. @throws the signal's reason at once when the turn is superseded. */
async function streamWords(
	text: string,
	onText: (piece: string) => void,
	signal: AbortSignal,
): Promise<void> {
	const pieces = text.match(/(?<!\s)\s*\S+(?:\s+$)?/g) ?? [];
	const pause = Math.min(PACE_MS, MAX_PACING_MS / Math.max(pieces.length, 1));
	let pendingMs = 0;
	for (const piece of pieces) {
		signal.throwIfAborted();
		onText(piece);
		pendingMs += pause;
		if (pendingMs < 2) continue;
		await delay(pendingMs, undefined, { signal });
		pendingMs = 0;
	}
}
