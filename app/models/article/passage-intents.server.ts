import { sql } from "drizzle-orm";
import { ENGLISH } from "#app/models/search/languages.ts";
import { db } from "#db/client.server.ts";

/** Likelihoods of intents by name, 0 to 1. Absent intents have likelihood 0. */
export type IntentLikelihoods = Record<string, number>;

/** Passages classified in one statement. */
const PASSAGES_PER_BATCH = 200;

/** A passage as the classifier of intents reads it. */
export type UnclassifiedPassage = { id: number; title: string; heading: string; body: string };

/**
 * How likely a question and a passage have the same intent, 0 to 1.
 * @param ofPassage null while the passage is not classified.
 */
export function agreementOf(ofQuestion: IntentLikelihoods, ofPassage: IntentLikelihoods | null): number {
	let agreement = 0;
	for (const [intent, likelihood] of Object.entries(ofQuestion))
		agreement += likelihood * (ofPassage?.[intent] ?? 0);
	return agreement;
}

/**
 * Classifies the English passages that have no intents yet, or intents by another version of the model.
 * @param model version of the classifier's model. @param classify returns the intents of a passage.
 * @returns the number of classified passages.
 */
export async function classifyPassages(
	model: string,
	classify: (passage: UnclassifiedPassage) => IntentLikelihoods,
): Promise<number> {
	for (let done = 0; ; ) {
		const passages = await db.execute<UnclassifiedPassage>(sql`
			select id, title, heading, body from article_passages
			where config = ${ENGLISH} and intents_model is distinct from ${model}
			order by id limit ${PASSAGES_PER_BATCH}`);
		const classified = passages.map((passage) => ({ id: passage.id, intents: classify(passage) }));
		await db.execute(sql`
			update article_passages p set intents = classified.intents, intents_model = ${model}
			from jsonb_to_recordset(${JSON.stringify(classified)}::jsonb) as classified(id bigint, intents jsonb)
			where p.id = classified.id`);
		done += passages.length;
		if (passages.length < PASSAGES_PER_BATCH) return done;
	}
}
