import { type DetectedLanguage, detectLanguage } from "./detect-language.server.ts";
import { withoutProductNames } from "./product-names.server.ts";

/** A question, and what suggests the question's language besides its words. */
export type QuestionText = {
	question: string;
	/** Language of the page; BCP 47. */
	locale: string;
	/** Language of the customer's earlier messages; null or absent when it is unknown. */
	previousLanguage?: string | null;
};

/** Detects the language of a question, ignoring product names. `detectLanguage` has the rules. */
export async function detectQuestionLanguage({
	question,
	locale,
	previousLanguage: language,
}: QuestionText): Promise<DetectedLanguage> {
	return detectLanguage(await withoutProductNames(question), { locale, previousLanguage: language });
}
