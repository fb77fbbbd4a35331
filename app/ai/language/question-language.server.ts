import { withoutProductNames } from "./product-names.server.ts";
import { type Reading, readLanguage } from "./tell.server.ts";

/** A question, and what suggests its language besides its words. */
export type QuestionText = {
	question: string;
	/** Language of the page; BCP 47. */
	locale: string;
	/** Language of the customer's earlier messages; null or absent when it is not known. */
	language?: string | null;
};

/** Detects the language of a question, ignoring product names. See `readLanguage`. */
export async function detectQuestionLanguage({ question, locale, language }: QuestionText): Promise<Reading> {
	return readLanguage(await withoutProductNames(question), { locale, before: language });
}
