import { z } from "zod/v4";
import type { FoundPassage } from "#app/models/search/found-passage.ts";
import type { RetrievedItem } from "../answer-sources.ts";
import { quoteBeginning } from "../answer-sources.ts";
import { retrievePassages } from "../retrieve.server.ts";
import { defineTool, searchPhraseParameter } from "./tool.server.ts";

/** Passages in one result of the tool: enough to answer from, and few enough for a small model. */
const PASSAGES_PER_SEARCH = 5;

export const searchKnowledge = defineTool({
	name: "search_knowledge",
	description:
		"Searches the store's help articles (policies, delivery, returns, care, account and so on). Returns passages to answer from, each with the number to cite.",
	schema: z.object({
		query: searchPhraseParameter.describe(
			"What to look for, in a few words, in the language of the articles (English).",
		),
	}),
	handle: async ({ query }, context) => {
		const passages = await retrievePassages({ query, limit: PASSAGES_PER_SEARCH, network: context.network });
		return {
			passages: passages.map((passage) =>
				describePassageForModel(passage, context.cite(toRetrievedPassage(passage))),
			),
		};
	},
});

/**
 * Describes a passage for the model: its number and text. The passage's URL is left out, because the model could change
 * it.
 */
export function describePassageForModel(passage: FoundPassage, number: number) {
	return { cite: number, article: passage.title, heading: passage.heading, text: passage.body };
}

/** Converts a passage to a source that the model can cite. */
export function toRetrievedPassage(passage: FoundPassage): RetrievedItem {
	return {
		source: {
			id: String(passage.id),
			title: passage.title,
			url: passage.url,
			quote: quoteBeginning(passage.body),
			score: passage.score,
		},
		text: `${passage.heading}\n${passage.body}`,
	};
}
