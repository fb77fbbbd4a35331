import { SENT_MESSAGES } from "#app/models/chat-session/summary.server.ts";
import { languageNameIn } from "#app/text/language-tag.ts";
import type { AnswerRequest, Utterance } from "./answer.ts";
import type { OwnerParts } from "./prompt/owner-parts.server.ts";
import { ANSWER_INSTRUCTIONS, PROMPT_PROHIBITIONS } from "./prompt/rules.ts";

/** Maximum length of each earlier message in the prompt, in UTF-16 units. */
const MAX_HISTORY_CHARACTERS = 2_000;

/** The rules of the prompt that every store has, for code that must recognise them in a model's reply. */
export const fixedPromptRules = (): string => `${ANSWER_INSTRUCTIONS}\n\n${PROMPT_PROHIBITIONS}`;

/**
 * Builds the system message of the prompt. The rules and the owner's texts come first, because they do not depend on
 * the customer and providers can cache them. The data of the question follows.
 * @param options.passages the retrieved passages, formatted for the model.
 */
export function buildSystemPrompt(options: {
	parts: OwnerParts;
	request: Pick<AnswerRequest, "customerId" | "verifiedEmail" | "customerName" | "locale" | "summary">;
	/** The language of the answer, BCP 47; null when the model itself chooses the language of the question. */
	answerLanguage: string | null;
	passages: object[];
	today: Date;
}): string {
	const { parts, request, answerLanguage, passages, today } = options;
	const customer = {
		signedIn: request.customerId !== null || !!request.verifiedEmail,
		...(request.customerName ? { name: request.customerName } : {}),
		pageLanguage: request.locale,
		...(answerLanguage ? { answerIn: languageNameIn(answerLanguage, "en") } : {}),
		today: today.toISOString().slice(0, 10),
	};
	return [
		ANSWER_INSTRUCTIONS,
		`The store in its owner's words\n${parts.company}`,
		`The tone its owner wants\n${parts.tone}`,
		...(parts.rules ? [`What its owner asks besides\n${parts.rules}`] : []),
		PROMPT_PROHIBITIONS,
		formatDataBlock("customer", [customer]),
		...(request.summary
			? [formatDataBlock("earlier in this conversation", [{ summary: request.summary }])]
			: []),
		formatDataBlock("passages", passages),
	].join("\n\n");
}

/**
 * Converts the messages before the question to chat messages for the model. Messages of agents are marked as written by
 * a person.
 */
export function toHistoryMessages(history: Utterance[]): { role: "user" | "assistant"; content: string }[] {
	return history.slice(-SENT_MESSAGES).map(({ role, text }) => {
		const content = text.slice(0, MAX_HISTORY_CHARACTERS).replace(/[\ud800-\udbff]$/, "");
		if (role === "customer") return { role: "user", content };
		return {
			role: "assistant",
			content: role === "agent" ? `(a human colleague wrote) ${content}` : content,
		};
	});
}

/**
 * Formats data as a `<data>` element of the prompt. Each entry is one line of JSON with escaped angle brackets, so that
 * no text in the entry can close the element or open another.
 */
export function formatDataBlock(kind: string, entries: object[]): string {
	const lines = entries.map(formatDataJson);
	return `<data kind="${kind}">\n${lines.join("\n") || "(nothing was found)"}\n</data>`;
}

/** Formats data as JSON with escaped angle brackets. */
export function formatDataJson(data: unknown): string {
	return JSON.stringify(data).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
}
