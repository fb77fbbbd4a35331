import { namesIn } from "#app/models/product/product.server.ts";
import { primaryLanguage } from "#app/text/language-tag.ts";
import type { AnswerRequest } from "../answer.ts";
import { type Reading, readLanguage } from "./tell.server.ts";

type Question = Pick<AnswerRequest, "question" | "locale" | "language">;

/**
 * What a question tells of its language, without the names of products, which are the same in all.
 * See `readLanguage`.
 */
export async function readQuestion({ question, locale, language }: Question): Promise<Reading> {
	return readLanguage(await withoutProducts(question), { locale, before: language });
}

/** The language to answer a question in; see `readLanguage`. */
export const detectLanguage = async (question: Question): Promise<string> =>
	(await readQuestion(question)).language;

/**
 * The language an answer should be written in by a model: the customer's, or null where they clearly write another
 * one that only the model knows. It then follows the customer's words by itself.
 */
export const answerLanguage = ({ language, written }: Reading): string | null =>
	written && primaryLanguage(written) !== primaryLanguage(language) ? null : language;

/** A text without the names of products. */
export const withoutProducts = async (text: string): Promise<string> =>
	withoutNames(text, await namesIn(text));

function withoutNames(text: string, names: string[]): string {
	let rest = text;
	for (const name of names) {
		rest = rest.replace(new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu"), " ");
	}
	return rest;
}
