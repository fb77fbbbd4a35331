import { getOrder, listOrders } from "#app/models/order/order.server.ts";
import type { SettingValue } from "#app/models/setting/shapes.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { QuestionAnalysis } from "../analyse-question.server.ts";
import type { Answer, AnswerRequest } from "../answer.ts";
import { findGuess, isYes } from "../offline/phrases.ts";
import { isFrustrated } from "./frustration.ts";
import { type EscalationTextKey, personCalledText } from "./person-called-texts.ts";
import { findOwnerTopic, mentionsInjuryOrDanger, mentionsLegalAction } from "./sensitive-topics.ts";

/** The decision that a person must answer a question: the stored reason, and the text for the customer. */
export type Escalation = { reason: string; textKey: EscalationTextKey; language: string };

/**
 * Smallest confidence of the refund intent for an escalation when no order is named, so that "how do refunds work" does
 * not count as a request for a refund.
 */
const MIN_REFUND_CONFIDENCE = 0.8;
/** Words for a refund. They are enough for a refund request when the question names an order of the customer. */
const REFUND_PATTERN =
	/refund|money back|erstatt|geld zurück|rembours|reembols|devol(?:ución|ver) (?:mi|el) dinero|rimbors|terugbetal|geld terug|zwrot pieni|para iade|iade et|استرداد|استرجاع|החזר כספי|זיכוי/iu;

/**
 * A request to send something back. It is not yet a request for money, although it has the refund intent: the assistant
 * proposes the return on a card.
 */
const RETURN_PATTERN = /\b(?:return|send (?:it |this |that |them )?back)\b/i;

/**
 * Decides whether a person must answer a question. The decision is made before a model is asked, so that it does not
 * depend on a provider. The rules are checked in this order: injuries and danger, legal action, a request for a person,
 * an angry customer, a topic of the owner, a refund above the owner's limit.
 * @param settings the escalation settings, when the caller has read them.
 * @returns null when the assistant may answer.
 */
export async function decideEscalation(
	request: Pick<AnswerRequest, "question" | "history" | "customerId" | "analysis"> & {
		unansweredInARow: number;
	},
	settings?: SettingValue<"escalation">,
): Promise<Escalation | null> {
	const { question, analysis, unansweredInARow } = request;
	const rules = settings ?? (await getSetting("escalation"));
	const topic = (reason: string): Escalation => ({ reason, textKey: "topic", language: analysis.language });
	if (rules.safety && mentionsInjuryOrDanger(question)) return topic("safety");
	if (rules.legal && mentionsLegalAction(question)) return topic("legal");
	// After a question that it could not answer, the assistant offers a person, and the customer's "yes" accepts the
	// offer. After a guess, "yes" confirms the article.
	const acceptsPerson =
		unansweredInARow > 0 && isYes(question) && findGuess(request.history, analysis.language) === null;
	const personRequestLanguage = analysis.personRequestLanguage ?? (acceptsPerson ? "en" : null);
	// The English phrases for a person also occur in texts of other languages. The answer is then in the language that the
	// analysis detected.
	if (personRequestLanguage) {
		const language = personRequestLanguage === "en" ? analysis.language : personRequestLanguage;
		return { reason: "requested", textKey: "requested", language };
	}
	if (isFrustrated(question)) {
		return { reason: "customer-upset", textKey: "customer-upset", language: analysis.language };
	}
	const ownerTopic = findOwnerTopic(question, rules.topics);
	if (ownerTopic) return topic(`topic:${ownerTopic}`);
	if (rules.refundOver !== null && (await isRefundAbove(rules.refundOver, request))) {
		return topic("large-refund");
	}
	return null;
}

/** The assistant's answer for an escalation. It says that a person will come. */
export function toEscalationAnswer(
	escalation: Escalation,
	{ intent, confidence }: Pick<QuestionAnalysis, "intent" | "confidence">,
): Answer {
	return {
		text: personCalledText(escalation.textKey, escalation.language),
		answered: escalation.reason === "requested",
		intent: escalation.reason === "requested" ? "contact_human_agent" : intent,
		confidence: escalation.reason === "requested" ? 1 : confidence,
		language: escalation.language,
		sources: [],
		escalate: { needed: true, reason: escalation.reason },
		model: null,
	};
}

/**
 * Whether a refund is requested for an order above an amount. The order is the one that the question names, else the
 * one that was talked about, else the customer's newest order.
 */
async function isRefundAbove(
	amount: number,
	{ question, customerId, analysis }: Pick<AnswerRequest, "question" | "customerId" | "analysis">,
): Promise<boolean> {
	if (!customerId) return false;
	const number = analysis.orderNumbers[0] ?? analysis.conversation.order;
	const wantsRefund =
		analysis.intent === "get_refund" &&
		analysis.confidence >= MIN_REFUND_CONFIDENCE &&
		(!RETURN_PATTERN.test(question) || REFUND_PATTERN.test(question));
	if (!wantsRefund && !(number && REFUND_PATTERN.test(question))) return false;
	const order = number
		? await getOrder({ number, customerId })
		: (await listOrders({ customerId, limit: 1 }))[0];
	return order != null && order.totalCents > amount * 100;
}
