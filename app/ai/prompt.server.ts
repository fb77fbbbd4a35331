import { SENT_MESSAGES } from "#app/models/chat-session/summary.server.ts";
import { nameOf } from "#app/text/language-tag.ts";
import type { AnswerRequest, Utterance } from "./answer.ts";
import type { OwnerParts } from "./prompt/owner-parts.server.ts";
import { HOW_TO_ANSWER, NEVER } from "./prompt/rules.ts";

/** How much of each message before the question is sent along. */
const UTTERANCE_LENGTH = 2_000;

/** The rules' own words, for whoever keeps them from being repeated. */
export const rulesText = (): string => `${HOW_TO_ANSWER}\n\n${NEVER}`;

/**
 * The system message: rules and the owner's parts first (the same for every customer, so that providers can
 * cache it), then what changes from question to question, as data.
 * @param options.passages what was retrieved for the question, ready to be shown to the model.
 */
export function systemPrompt(options: {
	parts: OwnerParts;
	request: Pick<AnswerRequest, "customerId" | "verifiedEmail" | "customerName" | "locale" | "summary">;
	/** BCP 47; null when the model chooses the language of the question itself. */
	answerLanguage: string | null;
	passages: object[];
	today: Date;
}): string {
	const { parts, request, answerLanguage, passages, today } = options;
	const customer = {
		signedIn: request.customerId !== null || !!request.verifiedEmail,
		...(request.customerName ? { name: request.customerName } : {}),
		pageLanguage: request.locale,
		...(answerLanguage ? { answerIn: nameOf(answerLanguage, "en") } : {}),
		today: today.toISOString().slice(0, 10),
	};
	return [
		HOW_TO_ANSWER,
		`The store in its owner's words\n${parts.company}`,
		`The tone its owner wants\n${parts.tone}`,
		...(parts.rules ? [`What its owner asks besides\n${parts.rules}`] : []),
		NEVER,
		dataBlock("customer", [customer]),
		...(request.summary ? [dataBlock("earlier in this conversation", [{ summary: request.summary }])] : []),
		dataBlock("passages", passages),
	].join("\n\n");
}

/** What was said before the question, as chat messages; an agent's words are marked as a person's. */
export function historyMessages(history: Utterance[]): { role: "user" | "assistant"; content: string }[] {
	return history.slice(-SENT_MESSAGES).map(({ role, text }) => {
		const content = text.slice(0, UTTERANCE_LENGTH).replace(/[\ud800-\udbff]$/, "");
		if (role === "customer") return { role: "user", content };
		return {
			role: "assistant",
			content: role === "agent" ? `(a human colleague wrote) ${content}` : content,
		};
	});
}

/**
 * Data between delimiters it cannot forge: each entry is one line of JSON with its angle brackets escaped,
 * so no retrieved text can close the element or open another.
 */
export function dataBlock(kind: string, entries: object[]): string {
	const lines = entries.map(dataText);
	return `<data kind="${kind}">\n${lines.join("\n") || "(nothing was found)"}\n</data>`;
}

/** One piece of data as JSON text, its angle brackets escaped. */
export function dataText(data: unknown): string {
	return JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
}
