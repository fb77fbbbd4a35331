import { hasVisibleText } from "#app/text/visible-text.ts";
import { MAX_ANSWER_CHARACTERS } from "../limits.ts";
import { ProviderFault } from "../provider-fault.ts";
import { type Chunk, type Delta, findReasoning, parseChunk } from "./chunk.ts";
import { endsLikeSentence, toFaultOfFinishReason } from "./finish-reason.ts";
import { parseArguments } from "./json-arguments.ts";
import { parseContent } from "./message-content.ts";
import type { Completion } from "./model-request.ts";
import { type TextChange, VisibleText } from "./reply-text.ts";
import type { ServerBehaviour } from "./server-behaviour.ts";
import { ToolCallAssembler } from "./tool-calls.ts";
import type { WrittenCall } from "./written-calls.ts";

const MAX_MODEL_NAME_CHARACTERS = 200;
/** Limit for the stored reasoning in characters. It is stored for servers that require it in the next request. */
const MAX_REASONING_CHARACTERS = 100_000;

/**
 * Assembles a model's reply from its chunks: the text without reasoning and calls, the tool calls, and the end of the
 * reply.
 */
export class ReplyReader {
	hasBegun = false;
	readonly #behaviour: ServerBehaviour;
	readonly #visible: VisibleText;
	readonly #native: ToolCallAssembler;
	#hasRefused = false;
	#finish: string | null = null;
	#hasUsage = false;
	#reasoning = "";
	#model: string | null = null;
	#promptTokens = 0;
	#completionTokens = 0;

	/** @param toolNames names of the tools that the model may call; empty when there are none. */
	constructor(toolNames: readonly string[], behaviour: ServerBehaviour) {
		this.#behaviour = behaviour;
		this.#native = new ToolCallAssembler(toolNames);
		this.#visible = new VisibleText(toolNames, { startsInThought: behaviour.startsInReasoning !== "no" });
	}

	/** True after the reply's finish reason; only the usage record can follow. */
	get isFinished(): boolean {
		return this.#finish !== null;
	}

	/** True when the text has the maximum length of an answer; the rest of the reply is not read. */
	get isFull(): boolean {
		return this.#visible.text.length >= MAX_ANSWER_CHARACTERS;
	}

	/**
	 * Adds a chunk to the reply.
	 * @returns the change of the text, possibly empty.
	 * @throws ProviderFault when the value is not a chunk, the provider ended the reply with an error, or the calls are
	 * too long.
	 */
	take(value: unknown): TextChange {
		const chunk = parseChunk(value);
		if (!chunk) throw new ProviderFault({ reason: "malformed", canRetry: true, note: "no chunk" });
		this.hasBegun = true;
		this.#takeTotals(chunk);
		const choice = chunk.choices?.[0];
		const error = chunk.error ?? choice?.error;
		if (error) throw toFaultOfErrorRecord(error);
		if (!choice) return { text: "", replacesAll: false };
		const delta = choice.delta ?? choice.message;
		const written = delta ? this.#takeDelta(delta) : "";
		// Some servers send a finish reason with every chunk. Only the last finish reason counts.
		if (written !== "") this.#finish = null;
		this.#finish = choice.finish_reason?.trim() || this.#finish;
		const fault = this.#finish === null ? null : toFaultOfFinishReason(this.#finish);
		if (fault && !fault.canRetry) throw fault;
		return written === "" ? { text: "", replacesAll: false } : this.#visible.push(written);
	}

	/**
	 * Ends the reply.
	 * @param isMarked whether the server marked the end of the reply, by [DONE] or otherwise.
	 * @returns the text that was held back.
	 * @throws ProviderFault when the reply is incomplete, so that it is requested again.
	 */
	end({ isMarked }: { isMarked: boolean }): TextChange {
		const rest = this.#visible.end();
		if (this.isFull) return rest;
		const { hasImplicitEnd, isInReasoning } = this.#visible;
		if (hasImplicitEnd) this.#behaviour.startsInReasoning = "yes";
		else if (this.#behaviour.startsInReasoning === "likely") this.#behaviour.startsInReasoning = "no";
		const fault =
			this.#finish !== null ? toFaultOfFinishReason(this.#finish) : this.#faultOfSilence(isMarked);
		if (fault) throw fault;
		const written = this.#visible.calls;
		const isBroken = written !== null && written.length === 0 && this.#native.all().length === 0;
		if (isInReasoning || isBroken) {
			const note = isInReasoning ? "ended within a thought" : "a call that cannot be read";
			throw new ProviderFault({ reason: "malformed", canRetry: true, note });
		}
		return rest;
	}

	/** The complete reply. Call it after `end`. */
	completion(): Completion {
		const calls: WrittenCall[] = [...this.#native.all(), ...(this.#visible.calls ?? [])];
		return {
			text: this.#visible.text,
			toolCalls: calls.map((called, index) => ({ id: `${index + 1}`, type: "function", function: called })),
			hasRefused: this.#hasRefused,
			reasoning: this.#reasoning,
			model: this.#model,
			promptTokens: this.#promptTokens,
			completionTokens: this.#completionTokens,
		};
	}

	#takeTotals({ model, usage, choices }: Chunk): void {
		this.#model = model ? toStorableModelName(model) : this.#model;
		// Some servers report usage with every chunk. Only a usage record without choices marks the end of the reply.
		this.#hasUsage ||= Boolean(usage?.completion_tokens) && !choices?.length;
		this.#promptTokens = usage?.prompt_tokens ?? this.#promptTokens;
		this.#completionTokens = usage?.completion_tokens ?? this.#completionTokens;
	}

	/**
	 * Adds the delta of a chunk.
	 * @returns the delta's text before reasoning and calls are removed.
	 */
	#takeDelta(delta: Delta): string {
		const content = parseContent(delta.content);
		for (const call of content.calls) this.#native.take(call);
		this.#native.take(delta.tool_calls);
		this.#native.take(delta.function_call);
		const reasoning = findReasoning(delta);
		if (reasoning.has || content.hasReasoning) {
			this.#behaviour.usesReasoning = true;
			this.#visible.expectNoReasoning();
		}
		if (this.#reasoning.length < MAX_REASONING_CHARACTERS) this.#reasoning += reasoning.text;
		const refusal = (delta.refusal ?? "") + content.refusal;
		if (refusal !== "") this.#hasRefused = true;
		return content.text + refusal;
	}

	/**
	 * The fault of a reply without a finish reason. Null when the reply is complete: its end was marked, or its text looks
	 * complete.
	 */
	#faultOfSilence(isMarked: boolean): ProviderFault | null {
		const calls = this.#native.all();
		const hasText = hasVisibleText(this.#visible.text);
		if (!this.hasBegun) return new ProviderFault({ reason: "malformed", canRetry: true, note: "no end" });
		if (isMarked || this.#hasUsage) return null;
		const isWhole =
			calls.length > 0
				? calls.every((call) => parseArguments(call.arguments))
				: hasText && endsLikeSentence(this.#visible.text);
		return isWhole ? null : new ProviderFault({ reason: "cut", canRetry: true, note: "no end" });
	}
}

/** The fault for an error record that the server sent instead of a chunk or inside one, as OpenRouter does. */
function toFaultOfErrorRecord(error: unknown): ProviderFault {
	const { code, type, status } = (typeof error === "object" && error !== null ? error : {}) as Record<
		string,
		unknown
	>;
	const note = [code, type, status].map(String).find((one) => /^[\w.-]{1,60}$/.test(one)) ?? "error record";
	const isLimited = /rate_limit|429/.test(`${code} ${type} ${status}`);
	return new ProviderFault({ reason: isLimited ? "rate-limited" : "cut", canRetry: true, note });
}

/** Shortens a model's name and removes the characters that Postgres cannot store: NUL and half surrogate pairs. */
const toStorableModelName = (name: string): string =>
	name.slice(0, MAX_MODEL_NAME_CHARACTERS).replaceAll("\0", "").toWellFormed();
