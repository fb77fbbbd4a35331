import type { Turn } from "#app/models/ai-turn/ai-turn.server.ts";
import type { Recalled } from "#app/models/ai-turn/answer-cache.server.ts";
import { readUnanswered } from "#app/models/message/unanswered.server.ts";
import type { SettingValue } from "#app/models/setting/shapes.ts";
import { getSettings } from "#app/models/setting/store.server.ts";
import { analyseQuestion } from "../analyse-question.server.ts";
import type { AnswerRequest } from "../answer.ts";
import { readingWork } from "../own-work.server.ts";
import { loadPromptMaterial } from "../retrieve.server.ts";
import { hasModel } from "./answerer.server.ts";
import { recall } from "./remembering.server.ts";

/** All that is known of a question before anybody decides on it. */
export type Prepared = {
	questionSeq: number;
	question: Omit<AnswerRequest, "signal"> & { misses: number };
	recalled: Recalled | null;
	escalation: SettingValue<"escalation">;
	caps: SettingValue<"assistant_caps">;
};

/**
 * Reads a session's question, what is remembered of it and what a model would be given for it. It writes nothing,
 * so it can be done while the pipeline waits for the customer's next message, and thrown away.
 */
export async function prepare(
	sessionId: string,
	{ questionSeq, network }: Pick<Turn, "questionSeq" | "network">,
): Promise<Prepared> {
	const [read, settings] = await Promise.all([
		readUnanswered(sessionId, questionSeq),
		getSettings(["escalation", "assistant_caps"]),
	]);
	const { question, recalled } = await readingWork().run(network, async () => {
		const question = { ...read, network, analysis: await analyseQuestion(read) };
		// The memory before the articles: what is kept must not be called newer than what it was made of.
		return { question, recalled: await recall(question) };
	});
	const material = hasModel() && !recalled?.answer ? await loadPromptMaterial(question) : null;
	return {
		questionSeq,
		question: { ...question, ...(material ? { material } : {}) },
		recalled,
		escalation: settings.escalation,
		caps: settings.assistant_caps,
	};
}
