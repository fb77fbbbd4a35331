import { languageNameIn } from "#app/text/language-tag.ts";
import type { AnswerRequest } from "../answer.ts";
import type { AnswerSources } from "../answer-sources.ts";
import { fixedPromptRules } from "../prompt.server.ts";
import { TextCleaner } from "./clean-text.ts";
import type { ShownText } from "./customer-text.ts";
import { PromptGuard } from "./prompt-guard.ts";
import { LanguageWatch, WrongLanguage } from "./reply-language-check.server.ts";
import type { ChatMessage, Complete, Completion } from "./wire/vocabulary.ts";

/** One reply of the model, all of it checked and shown. */
export type Reply = Completion & {
	/** It began with the unknown mark, or the provider declined. */
	isUnknown: boolean;
	/** It repeated its instructions and was cut off there. */
	isEchoed: boolean;
	/** What it was written in, when that is still not the customer's language after asking for that. */
	foreignLanguage: string | null;
};

/**
 * Has the model write one reply and shows its words as they come: without marks, links that retrieval did not
 * return and the rules' own words. A reply that breaks off and is asked for again takes its first words back, and
 * so does one in another language than the customer's, which is asked for once more with that language named.
 * @throws what `complete` throws.
 */
export async function writeReply(options: {
	request: Pick<AnswerRequest, "question" | "locale">;
	/** BCP 47; null when the reply's language is not checked. */
	answerLanguage: string | null;
	messages: ChatMessage[];
	mayCallTools: boolean;
	shown: ShownText;
	sources: AnswerSources;
	complete: Complete;
}): Promise<Reply> {
	const { request, answerLanguage, messages, mayCallTools, shown, sources, complete } = options;
	shown.beginReply();
	let told = messages;
	for (let isLastTry = false; ; isLastTry = true) {
		const watch = new LanguageWatch(answerLanguage, request.question);
		let attempt = new Attempt(sources);
		const show = (words: string) => {
			shown.add(words);
			if (!isLastTry) watch.heed(shown.ofReply);
		};
		try {
			const completion = await complete({
				messages: told,
				mayCallTools,
				onPiece: (piece) => show(attempt.push(piece)),
				onRestart: () => {
					shown.takeBack();
					attempt = new Attempt(sources);
				},
			});
			shown.add(attempt.end());
			const { isEchoed, isUnknown } = attempt;
			// The refusal to repeat the rules is our own and in English.
			const language = isEchoed ? null : await watch.otherLanguageOf(shown.ofReply);
			if (language && !isLastTry) throw new WrongLanguage(language);
			attempt.keepCitations();
			const { hasRefused } = completion;
			const unknown = isUnknown || hasRefused || isEchoed;
			return { ...completion, isUnknown: unknown, isEchoed, foreignLanguage: language };
		} catch (error) {
			if (!(error instanceof WrongLanguage)) throw error;
			shown.takeBack();
			told = withLanguage(messages, answerLanguage ?? request.locale);
		}
	}
}

/** In the first message, since not every server's models take a second one of that kind. */
function withLanguage(messages: ChatMessage[], language: string): ChatMessage[] {
	const name = languageNameIn(language, "en");
	return messages.map((message) =>
		message.role === "system"
			? { ...message, content: `${message.content}\n\nWrite your reply in ${name} (${language}), all of it.` }
			: message,
	);
}

/** What one try of the model comes to: its words, checked on the way, and what they cite. */
class Attempt {
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

	/** Takes a piece and returns what of it may be shown now. */
	push(piece: string): string {
		return this.#guard.push(this.#cleaner.push(piece));
	}

	/** Returns the rest. */
	end(): string {
		return this.#guard.push(this.#cleaner.end()) + this.#guard.end();
	}

	/** Only words that stay cite anything. */
	keepCitations(): void {
		for (const number of this.#citations) this.#sources.cite(number);
	}
}
