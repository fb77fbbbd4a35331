import { languageNameIn } from "#app/text/language-tag.ts";
import type { AnswerRequest } from "../answer.ts";
import type { AnswerSources } from "../answer-sources.ts";
import { fixedPromptRules } from "../prompt.server.ts";
import { TextCleaner } from "./clean-text.ts";
import type { CustomerText } from "./customer-text.ts";
import { PromptGuard } from "./prompt-guard.ts";
import { ReplyLanguageCheck, WrongLanguage } from "./reply-language-check.server.ts";
import type { ChatMessage, Completion, RequestCompletion } from "./wire/model-request.ts";

/** One reply of the model that was checked and shown to the customer. */
export type CheckedReply = Completion & {
	/** The reply contains the mark for "I do not know", or the provider refused to answer. */
	isUnknown: boolean;
	/** The model quoted its instructions, and the reply was cut off at the quote. */
	isEchoed: boolean;
	/** The language of the reply when a second request did not produce the customer's language either; else null. */
	foreignLanguage: string | null;
};

/**
 * Requests one reply of the model and shows its text while it streams, without marks, unknown links and quotes of the
 * rules. The shown text is removed when the reply breaks off and is requested again, and when the reply is not in the
 * customer's language. After a wrong language, the reply is requested once more with the language named.
 * @throws what `complete` throws.
 */
export async function requestCheckedReply(options: {
	request: Pick<AnswerRequest, "question" | "locale">;
	/** The language that the reply should have, BCP 47; null when the reply's language is not checked. */
	answerLanguage: string | null;
	messages: ChatMessage[];
	mayCallTools: boolean;
	shown: CustomerText;
	sources: AnswerSources;
	complete: RequestCompletion;
}): Promise<CheckedReply> {
	const { request, answerLanguage, messages, mayCallTools, shown, sources, complete } = options;
	shown.beginReply();
	let messagesToSend = messages;
	for (let isLastTry = false; ; isLastTry = true) {
		const languageCheck = new ReplyLanguageCheck(answerLanguage, request.question);
		let attempt = new ReplyAttempt(sources);
		const show = (words: string) => {
			shown.add(words);
			if (!isLastTry) languageCheck.checkBeginning(shown.replyText);
		};
		try {
			const completion = await complete({
				messages: messagesToSend,
				mayCallTools,
				onPiece: (piece) => show(attempt.push(piece)),
				onRestart: () => {
					shown.removeReply();
					attempt = new ReplyAttempt(sources);
				},
			});
			shown.add(attempt.end());
			const { isEchoed, isUnknown } = attempt;
			// The language is not checked after a quote of the rules, because the text that replaces the quote is always
			// English.
			const language = isEchoed ? null : await languageCheck.findOtherLanguageOf(shown.replyText);
			if (language && !isLastTry) throw new WrongLanguage(language);
			attempt.recordCitations();
			const { hasRefused } = completion;
			const unknown = isUnknown || hasRefused || isEchoed;
			return { ...completion, isUnknown: unknown, isEchoed, foreignLanguage: language };
		} catch (error) {
			if (!(error instanceof WrongLanguage)) throw error;
			shown.removeReply();
			messagesToSend = withLanguageInstruction(messages, answerLanguage ?? request.locale);
		}
	}
}

/** Adds the reply's language to the system message, because some models do not accept a second system message. */
function withLanguageInstruction(messages: ChatMessage[], language: string): ChatMessage[] {
	const name = languageNameIn(language, "en");
	return messages.map((message) =>
		message.role === "system"
			? { ...message, content: `${message.content}\n\nWrite your reply in ${name} (${language}), all of it.` }
			: message,
	);
}

/** The text of one request to the model: cleaned and checked, with the citations in it. */
class ReplyAttempt {
	isUnknown = false;
	readonly #sources: AnswerSources;
	readonly #citations: number[] = [];
	readonly #guard = new PromptGuard(fixedPromptRules());
	readonly #cleaner: TextCleaner;

	constructor(sources: AnswerSources) {
		this.#sources = sources;
		this.#cleaner = new TextCleaner({
			isAllowedUrl: (url) => sources.isAllowedAddress(url),
			onCitation: (number) => this.#citations.push(number),
			onUnknown: () => {
				this.isUnknown = true;
			},
		});
	}

	get isEchoed(): boolean {
		return this.#guard.isEchoed;
	}

	/**
	 * Adds a piece of the model's text.
	 * @returns the text that may be shown now.
	 */
	push(piece: string): string {
		return this.#guard.push(this.#cleaner.push(piece));
	}

	/**
	 * Ends the text of the reply.
	 * @returns the text that was held back.
	 */
	end(): string {
		return this.#guard.push(this.#cleaner.end()) + this.#guard.end();
	}

	/**
	 * Records the reply's citations as sources. Call it only when the reply stays, because a removed reply has no sources.
	 */
	recordCitations(): void {
		for (const number of this.#citations) this.#sources.cite(number);
	}
}
