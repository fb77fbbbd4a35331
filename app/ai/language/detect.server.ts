import { namesIn } from "#app/models/product.server.ts";
import type { AnswerRequest } from "../answer.ts";
import { tellLanguage } from "./tell.server.ts";

/**
 * The language a question is asked in, told without the names of products, which are the same in all.
 * @returns see `tellLanguage`.
 */
export async function detectLanguage(
	request: Pick<AnswerRequest, "question" | "locale" | "language">,
): Promise<string> {
	const { question, locale, language } = request;
	return tellLanguage(withoutNames(question, await namesIn(question)), { locale, before: language });
}

function withoutNames(text: string, names: string[]): string {
	let rest = text;
	for (const name of names) {
		rest = rest.replace(new RegExp(name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "giu"), " ");
	}
	return rest;
}
