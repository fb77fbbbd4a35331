import { setTimeout as delay } from "node:timers/promises";
import {
	type CapturedRequest,
	callsTools,
	type OpenAiServer,
	type Reply,
	startOpenAiServer,
	streamsText,
	writeChunk,
} from "#tests/setup/openai-server.ts";

/** The moments of an answer at which a process is killed. */
export const MOMENTS = [
	"during retrieval",
	"at a tool call",
	"in mid-stream",
	"before the final write",
] as const;
export type Moment = (typeof MOMENTS)[number];

/** The behaviours of the scripted model; the text of each question contains one of them. */
export const PLANS = ["plain", "tool", "escalate"] as const;
export type Plan = (typeof PLANS)[number];

const CHUNK_MS = 40;
const ANSWER_TEXT =
	"The parcel is packed on the next working day and travels for three more and then it stands at your door where a neighbour may take it in for you if nobody opens when the driver rings the bell twice";

/** The text of a question, which contains its unique mark and the model's behaviour (plan). */
export const formatQuestion = (mark: string, plan: Plan): string => `When does it come (${plan} ${mark})`;

const QUESTION_PATTERN = /\((plain|tool|escalate) ([\w-]+)\)/g;

/** The last question in a text, which may contain several. */
export function readQuestion(text: string): { plan: Plan; mark: string } | null {
	const [, plan, mark] = [...text.matchAll(QUESTION_PATTERN)].at(-1) ?? [];
	return plan && mark ? { plan: plan as Plan, mark } : null;
}

/**
 * The complete answer to a question. Each word of the answer contains the question's mark, so that the answer differs
 * from all others.
 */
export const formatAnswer = (mark: string): string =>
	ANSWER_TEXT.split(" ")
		.map((word, index) => (index % 6 === 0 ? `${word} ${mark}` : word))
		.join(" ");

/**
 * Starts a scripted model server that answers slowly, word by word, and reports the moments of an answer.
 * @param onMoment called with the number of the server process, which is in the URL path of the process's requests.
 */
export function startSlowModel(onMoment: (process: number, moment: Moment) => void): Promise<OpenAiServer> {
	return startOpenAiServer(async (response, request) => {
		const process = Number(/\/process-(\d+)\//.exec(request.path)?.[1]);
		const asked = readQuestion(readLastQuestion(request));
		if (!asked || !request.body.stream) return streamsText("other")(response, request);
		const hasCalled = request.body.messages.at(-1)?.role === "tool";
		if (asked.plan !== "plain" && !hasCalled) {
			await callToolFirst(asked.plan)(response, request);
			onMoment(process, "at a tool call");
			return;
		}
		writeChunk(response, { role: "assistant", content: "" });
		const words = formatAnswer(asked.mark).split(/(?<= )/);
		for (const [index, word] of words.entries()) {
			if (response.destroyed) return;
			writeChunk(response, { content: word });
			if (index > 3 && index < words.length - 3) onMoment(process, "in mid-stream");
			await delay(CHUNK_MS);
		}
		await streamsText("")(response, request);
		onMoment(process, "before the final write");
	});
}

function callToolFirst(plan: "tool" | "escalate"): Reply {
	return plan === "tool"
		? callsTools([{ name: "search_knowledge", arguments: { query: "delivery" } }])
		: callsTools([{ name: "escalate", arguments: { reason: "requested" } }]);
}

function readLastQuestion({ body }: CapturedRequest): string {
	return body.messages.findLast((message) => message.role === "user")?.content ?? "";
}
