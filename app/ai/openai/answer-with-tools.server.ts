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
import { type CheckedReply, requestCheckedReply } from "./checked-reply.server.ts";
import { CustomerText } from "./customer-text.ts";
import type { ChatMessage, RequestCompletion, ToolCall } from "./wire/model-request.ts";

/** Maximum number of requests to the model for one answer. The last request does not allow tool calls. */
const MAX_MODEL_REQUESTS = 6;
/** Maximum number of tool calls that run after one reply of the model. Further calls get an error as their result. */
const MAX_TOOL_CALLS_PER_REPLY = 8;

/** The text of an answer when the model called a person and wrote no text. */
const PERSON_CALLED_TEXT = "I have called a colleague, who will answer you here.";

/**
 * Writes one answer with the model: requests a reply, runs the tools that the reply calls, and repeats this until a
 * reply calls none. The sources are the retrieved passages and products that the text used.
 *
 * `answered` is false when the reply has the mark for "I do not know", when the model escalates with the reason
 * `assistant-unsure`, when the provider refuses, and when an answer without sources says in English that the model does
 * not know (for models that forget the mark). The mark is text and not a tool, because text needs no second request,
 * streams with the answer, and works with models that cannot call tools.
 * @throws AnswerFailed when the provider fails or the reply is empty.
 */
export async function answerWithTools(
	request: AnswerRequest,
	onText: OnText,
	complete: RequestCompletion,
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

	const escalation: { reason: EscalationReason | null } = { reason: null };
	const toolRuns = new ToolRuns(request);
	const context: ToolContext = {
		toolRuns,
		network: request.network,
		cite: (retrieved) => sources.add(retrieved),
		escalate: (reason) => {
			escalation.reason ??= reason;
		},
	};

	const tools = new Set<string>();
	const customerText = new CustomerText(onText);
	let reply: CheckedReply;
	let foreignPart: Answer["foreignPart"];
	let model: string | null = null;
	let promptTokens = 0;
	let completionTokens = 0;
	for (let round = 1; ; round++) {
		const mayCallTools = round < MAX_MODEL_REQUESTS;
		reply = await requestCheckedReply({
			request,
			answerLanguage,
			messages,
			mayCallTools,
			shown: customerText,
			sources,
			complete,
		});
		model = reply.model ?? model;
		promptTokens += reply.promptTokens;
		completionTokens += reply.completionTokens;
		if (reply.foreignLanguage) foreignPart ??= { at: customerText.replyAt, language: reply.foreignLanguage };

		const calls = mayCallTools && !reply.isEchoed ? reply.toolCalls : [];
		if (calls.length === 0) break;
		for (const each of calls) tools.add(each.function.name);
		messages.push({ role: "assistant", content: reply.text, tool_calls: calls, reasoning: reply.reasoning });
		messages.push(...(await runTools(calls, context)));
		// The model has already written to the customer. After another request the model would repeat its text.
		if (hasVisibleText(customerText.replyText) && calls.every((each) => each.function.name === "escalate"))
			break;
	}
	// A customer who asks for a person gets a person, whatever the model decides.
	if (analysis.personRequestLanguage) escalation.reason ??= "requested";
	if (!hasVisibleText(customerText.text)) {
		if (escalation.reason === null) throw new AnswerFailed("malformed");
		customerText.add(PERSON_CALLED_TEXT);
	}
	customerText.end();

	const { text } = customerText;
	const used = sources.findUsedSources(text);
	const answered = !(
		reply.isUnknown ||
		escalation.reason === "assistant-unsure" ||
		(used.length === 0 && saysItDoesNotKnow(text))
	);
	return {
		text,
		answered,
		intent: analysis.intent,
		confidence: analysis.confidence,
		language: analysis.writtenLanguage ?? analysis.language,
		...(foreignPart ? { foreignPart } : {}),
		sources: answered ? used : [],
		escalate: { needed: escalation.reason !== null, reason: escalation.reason },
		model,
		promptTokens,
		completionTokens,
		...(tools.size > 0 ? { tools: [...tools].filter((name) => findTool(name)) } : {}),
		...toolRuns.toAnswerFields(),
	};
}

/**
 * Runs the tool calls of a reply in parallel.
 * @returns one message for each call, in the order of the calls.
 */
async function runTools(calls: ToolCall[], context: ToolContext): Promise<ChatMessage[]> {
	return Promise.all(
		calls.map(async (call, index): Promise<ChatMessage> => {
			const result =
				index < MAX_TOOL_CALLS_PER_REPLY ? await runTool(call, context) : { error: "too_many_calls_at_once" };
			return { role: "tool", tool_call_id: call.id, content: formatDataJson(result) };
		}),
	);
}

async function runTool(call: ToolCall, context: ToolContext): Promise<unknown> {
	const tool = findTool(call.function.name);
	return tool ? tool.run(call.function.arguments, context) : { error: "unknown_tool" };
}

function saysItDoesNotKnow(text: string): boolean {
	return /\bI (?:do not|don['’]t) (?:know|have (?:any |that |this |the )?information)\b|\bI['’]?(?: a)?m not sure\b/i.test(
		text.slice(0, 200),
	);
}
