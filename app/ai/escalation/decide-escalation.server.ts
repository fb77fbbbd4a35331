import { extractOrderNumbers } from "#app/models/order/numbers.ts";
import { getOrder, listOrders } from "#app/models/order/order.server.ts";
import type { SettingValue } from "#app/models/setting/shapes.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { QuestionAnalysis } from "../analyse-question.server.ts";
import type { Answer, AnswerRequest } from "../answer.ts";
import { isYes } from "../offline/phrases.ts";
import { isFrustrated } from "./frustration.ts";
import { type EscalationTextKey, personCalledText } from "./person-called-texts.ts";
import { findOwnerTopic, mentionsInjuryOrDanger, mentionsLegalAction } from "./sensitive-topics.ts";

/** Why a question goes to a person without the assistant trying: what is stored, and what the customer is told. */
export type Escalation = { reason: string; textKey: EscalationTextKey; language: string };

/** Without an order named, "how do refunds work" must not pass for "I want one": the intent has to be this sure. */
const MIN_REFUND_CONFIDENCE = 0.8;
/** With one of the customer's own orders named, the word itself will do. */
const REFUND_PATTERN =
	/refund|money back|erstatt|geld zurück|rembours|reembols|devol(?:ución|ver) (?:mi|el) dinero|rimbors|terugbetal|geld terug|zwrot pieni|para iade|iade et|استرداد|استرجاع|החזר כספי|זיכוי/iu;

/**
 * Decides whether a person must have a question, before anything is asked of a model: so it holds while the
 * provider is away and whatever a model would say. In this order: somebody may be hurt, the law, a person was
 * asked for, the customer has had enough, a topic of the owner's, a refund above the owner's limit.
 * @param set the owner's rules, where the caller has read them; @returns null when the assistant may answer.
 */
export async function decideEscalation(
	request: Pick<AnswerRequest, "question" | "customerId" | "analysis"> & { unansweredInARow: number },
	set?: SettingValue<"escalation">,
): Promise<Escalation | null> {
	const { question, analysis, unansweredInARow: misses } = request;
	const rules = set ?? (await getSetting("escalation"));
	const topic = (reason: string): Escalation => ({ reason, textKey: "topic", language: analysis.language });
	if (rules.safety && mentionsInjuryOrDanger(question)) return topic("safety");
	if (rules.legal && mentionsLegalAction(question)) return topic("legal");
	// After a miss the assistant has offered a person: a plain yes takes the offer.
	const asked = analysis.personRequestLanguage ?? (misses > 0 && isYes(question) ? "en" : null);
	// The learned model and the English phrases see no other language; the small words may.
	if (asked) {
		const language = asked === "en" ? analysis.language : asked;
		return { reason: "requested", textKey: "requested", language };
	}
	if (isFrustrated(question)) {
		return { reason: "customer-upset", textKey: "customer-upset", language: analysis.language };
	}
	const own = findOwnerTopic(question, rules.topics);
	if (own) return topic(`topic:${own}`);
	if (rules.refundOver !== null && (await isRefundAbove(rules.refundOver, request))) {
		return topic("large-refund");
	}
	return null;
}

/** The answer that goes with a call: why, and that somebody comes. */
export function toEscalationAnswer(
	call: Escalation,
	{ intent, confidence }: Pick<QuestionAnalysis, "intent" | "confidence">,
): Answer {
	return {
		text: personCalledText(call.textKey, call.language),
		answered: call.reason === "requested",
		intent: call.reason === "requested" ? "contact_human_agent" : intent,
		confidence: call.reason === "requested" ? 1 : confidence,
		language: call.language,
		sources: [],
		escalate: { needed: true, reason: call.reason },
		model: null,
	};
}

/** Whether the money of an order the customer has, the one named or else the newest, is above a sum. */
async function isRefundAbove(
	amount: number,
	{ question, customerId, analysis }: Pick<AnswerRequest, "question" | "customerId" | "analysis">,
): Promise<boolean> {
	if (!customerId) return false;
	const [number] = extractOrderNumbers(question);
	const wantsRefund = analysis.intent === "get_refund" && analysis.confidence >= MIN_REFUND_CONFIDENCE;
	if (!wantsRefund && !(number && REFUND_PATTERN.test(question))) return false;
	const order = number
		? await getOrder({ number, customerId })
		: (await listOrders({ customerId, limit: 1 }))[0];
	return order != null && order.totalCents > amount * 100;
}
