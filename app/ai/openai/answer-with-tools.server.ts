import { hasVisibleText } from "#app/text/visible-text.ts";
import { modelAnswerLanguage } from "../analyse-question.server.ts";
import { type Answer, AnswerFailed, type AnswerRequest, type OnText } from "../answer.ts";
import { AnswerSources } from "../answer-sources.ts";
import { buildSystemPrompt, formatDataJson, toHistoryMessages } from "../prompt.server.ts";
import { loadPromptMaterial } from "../retrieve.server.ts";
import { ToolRuns } from "../tool-runs.server.ts";
import { describePassageForModel, toRetrievedPassage } from "../tools/search-knowledge.server.ts";
import type { EscalationReason, ToolContext } from "../tools/tool.server.ts";
import { findTool } from "../tools/toolbox.server.ts";
import { type Reply, writeReply } from "./checked-reply.server.ts";
import { ShownText } from "./customer-text.ts";
import type { ChatMessage, Complete, ToolCall } from "./wire/vocabulary.ts";

/** Requests to the model for one answer, at most; the last one may not call tools. */
const MAX_ROUNDS = 6;
/** Tool calls run in one round, at most; further ones are told so. A runaway model costs nothing more. */
const MAX_CALLS_A_ROUND = 8;

/** Said when the model called a person and then wrote nothing. */
const CALLED = "I have called a colleague, who will answer you here.";

/**
 * Writes one answer: retrieves, asks the model, runs the tools it wants, and asks again until it has
 * written its text. What the customer sees passes through `writeReply`; sources are what retrieval returned
 * and the text used.
 *
 * `answered` is false when the model begins with the unknown mark. A mark rather than a tool: it costs no
 * second request, streams with the text, and models too small to call tools write it too. Escalating for
 * the reason `assistant-unsure` and a refusal by the provider's rules count as not knowing as well, and so does
 * an uncited text that plainly says so in English, for models that forget the mark.
 * @throws AnswerFailed when the provider fails, or ends without a word.
 */
export async function answerInRounds(
	request: AnswerRequest,
	onText: OnText,
	complete: Complete,
): Promise<Answer> {
	const { analysis } = request;
	const { parts, passages } = request.material ?? (await loadPromptMaterial(request));
	const answerLanguage = modelAnswerLanguage(analysis);
	const sources = new AnswerSources();
	for (const part of Object.values(parts)) sources.allowAddressesOf(part);
	const fullQuestion = request.fullQuestion ?? request.question;
	for (const { role, text } of [...request.history, { role: "customer", text: fullQuestion }]) {
		if (role !== "assistant") sources.allowAddressesOf(text);
	}
	const system = buildSystemPrompt({
		parts,
		request,
		answerLanguage,
		passages: passages.map((passage) =>
			describePassageForModel(passage, sources.add(toRetrievedPassage(passage))),
		),
		today: new Date(),
	});
	const messages: ChatMessage[] = [
		{ role: "system", content: system },
		...toHistoryMessages(request.history),
		{ role: "user", content: fullQuestion },
	];

	const call: { reason: EscalationReason | null } = { reason: null };
	const toolRuns = new ToolRuns(request);
	const context: ToolContext = {
		toolRuns,
		network: request.network,
		cite: (retrieved) => sources.add(retrieved),
		escalate: (reason) => {
			call.reason ??= reason;
		},
	};

	const tools = new Set<string>();
	const shown = new ShownText(onText);
	let reply: Reply;
	let foreignPart: Answer["foreignPart"];
	let model: string | null = null;
	let promptTokens = 0;
	let completionTokens = 0;
	for (let round = 1; ; round++) {
		const mayCallTools = round < MAX_ROUNDS;
		reply = await writeReply({ request, answerLanguage, messages, mayCallTools, shown, sources, complete });
		model = reply.model ?? model;
		promptTokens += reply.promptTokens;
		completionTokens += reply.completionTokens;
		if (reply.foreignLanguage) foreignPart ??= { at: shown.replyAt, language: reply.foreignLanguage };

		const calls = mayCallTools && !reply.isEchoed ? reply.toolCalls : [];
		if (calls.length === 0) break;
		for (const each of calls) tools.add(each.function.name);
		messages.push({ role: "assistant", content: reply.text, tool_calls: calls, reasoning: reply.reasoning });
		messages.push(...(await runTools(calls, context)));
		// The model has already told the customer; asking again would make it say so twice.
		if (hasVisibleText(shown.ofReply) && calls.every((each) => each.function.name === "escalate")) break;
	}
	// A customer who asks for a person gets one, even when the model would rather talk on.
	if (analysis.personRequestLanguage) call.reason ??= "requested";
	if (!hasVisibleText(shown.text)) {
		if (call.reason === null) throw new AnswerFailed("malformed");
		shown.add(CALLED);
	}
	shown.end();

	const { text } = shown;
	const used = sources.findUsedSources(text);
	const answered = !(
		reply.isUnknown ||
		call.reason === "assistant-unsure" ||
		(used.length === 0 && admitsIgnorance(text))
	);
	return {
		text,
		answered,
		intent: analysis.intent,
		confidence: analysis.confidence,
		language: analysis.writtenLanguage ?? analysis.language,
		...(foreignPart ? { foreignPart } : {}),
		sources: answered ? used : [],
		escalate: { needed: call.reason !== null, reason: call.reason },
		model,
		promptTokens,
		completionTokens,
		...(tools.size > 0 ? { tools: [...tools].filter((name) => findTool(name)) } : {}),
		...toolRuns.toAnswerFields(),
	};
}

/** Runs what the model asked for, all at once, and returns one message for every call, in order. */
async function runTools(calls: ToolCall[], context: ToolContext): Promise<ChatMessage[]> {
	return Promise.all(
		calls.map(async (call, index): Promise<ChatMessage> => {
			const result =
				index < MAX_CALLS_A_ROUND ? await runTool(call, context) : { error: "too_many_calls_at_once" };
			return { role: "tool", tool_call_id: call.id, content: formatDataJson(result) };
		}),
	);
}

async function runTool(call: ToolCall, context: ToolContext): Promise<unknown> {
	const tool = findTool(call.function.name);
	return tool ? tool.run(call.function.arguments, context) : { error: "unknown_tool" };
}

function admitsIgnorance(text: string): boolean {
	return /\bI (?:do not|don['’]t) (?:know|have (?:any |that |this |the )?information)\b|\bI['’]?(?: a)?m not sure\b/i.test(
		text.slice(0, 200),
	);
}
