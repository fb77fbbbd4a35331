import { hasVisibleText } from "#app/text/visible-text.ts";
import { LONGEST_TEXT } from "../limits.ts";
import { ProviderFault } from "../provider-fault.ts";
import { argumentsObject } from "./arguments.ts";
import type { WrittenCall } from "./call-text.ts";
import { type Chunk, type Delta, readChunk, reasoningOf } from "./chunk.ts";
import { readContent } from "./content.ts";
import { endsLikeASentence, faultOfReason } from "./ending.ts";
import type { ServerHabits } from "./servers.ts";
import { ToolCalls } from "./tool-calls.ts";
import { type Heard, VisibleText } from "./visible-text.ts";
import type { Completion } from "./vocabulary.ts";

const LONGEST_MODEL_NAME = 200;
/** Kept to be sent back to servers that want it. */
const LONGEST_REASONING = 100_000;

/** Puts one reply together from its chunks: its text without thoughts and calls, its calls, and how it ended. */
export class ReplyReader {
	hasBegun = false;
	readonly #habits: ServerHabits;
	readonly #visible: VisibleText;
	readonly #native: ToolCalls;
	#hasRefused = false;
	#finish: string | null = null;
	#hasUsage = false;
	#reasoning = "";
	#model: string | null = null;
	#promptTokens = 0;
	#completionTokens = 0;

	/** @param toolNames of the tools there are; none for a job without any. */
	constructor(toolNames: readonly string[], habits: ServerHabits) {
		this.#habits = habits;
		this.#native = new ToolCalls(toolNames);
		this.#visible = new VisibleText(toolNames, { startsInThought: habits.startsInThought !== "no" });
	}

	/** True once the provider has said why it stopped; only usage can follow. */
	get isFinished(): boolean {
		return this.#finish !== null;
	}

	/** True when the text is as long as a message may be; the rest is not read. */
	get isFull(): boolean {
		return this.#visible.text.length >= LONGEST_TEXT;
	}

	/**
	 * Takes one chunk and returns the text in it, possibly none.
	 * @throws ProviderFault when it is no chunk, the provider stopped the reply, or for calls without end.
	 */
	take(value: unknown): Heard {
		const chunk = readChunk(value);
		if (!chunk) throw new ProviderFault({ reason: "malformed", canRetry: true, note: "no chunk" });
		this.hasBegun = true;
		this.#takeTotals(chunk);
		const choice = chunk.choices?.[0];
		const error = chunk.error ?? choice?.error;
		if (error) throw faultOfRecord(error);
		if (!choice) return { text: "", isVoid: false };
		const delta = choice.delta ?? choice.message;
		const written = delta ? this.#takeDelta(delta) : "";
		// Some servers give a reason with every chunk: only the last one counts.
		if (written !== "") this.#finish = null;
		this.#finish = choice.finish_reason?.trim() || this.#finish;
		const fault = this.#finish === null ? null : faultOfReason(this.#finish);
		if (fault && !fault.canRetry) throw fault;
		return written === "" ? { text: "", isVoid: false } : this.#visible.push(written);
	}

	/**
	 * To be called when nothing more comes. Returns what was held back of the text.
	 * @param isMarked the server said that this is the end, by [DONE] or in some other way.
	 * @throws ProviderFault when this is no whole reply, so that it is asked for again.
	 */
	end({ isMarked }: { isMarked: boolean }): Heard {
		const rest = this.#visible.end();
		if (this.isFull) return rest;
		const { hasImplicitEnd, isInThought } = this.#visible;
		if (hasImplicitEnd) this.#habits.startsInThought = "yes";
		else if (this.#habits.startsInThought === "likely") this.#habits.startsInThought = "no";
		const fault = this.#finish !== null ? faultOfReason(this.#finish) : this.#faultOfSilence(isMarked);
		if (fault) throw fault;
		const written = this.#visible.calls;
		const isBroken = written !== null && written.length === 0 && this.#native.all().length === 0;
		if (isInThought || isBroken) {
			const note = isInThought ? "ended within a thought" : "a call that cannot be read";
			throw new ProviderFault({ reason: "malformed", canRetry: true, note });
		}
		return rest;
	}

	/** The whole reply, once it has ended. */
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
		this.#model = model ? nameOfModel(model) : this.#model;
		// Some servers count with every chunk; only a record of its own follows the last one.
		this.#hasUsage ||= Boolean(usage?.completion_tokens) && !choices?.length;
		this.#promptTokens = usage?.prompt_tokens ?? this.#promptTokens;
		this.#completionTokens = usage?.completion_tokens ?? this.#completionTokens;
	}

	/** Returns the text in it, as the server wrote it. */
	#takeDelta(delta: Delta): string {
		const content = readContent(delta.content);
		for (const call of content.calls) this.#native.take(call);
		this.#native.take(delta.tool_calls);
		this.#native.take(delta.function_call);
		const reasoning = reasoningOf(delta);
		if (reasoning.has || content.hasThought) {
			this.#habits.thinks = true;
			this.#visible.hearOfThoughts();
		}
		if (this.#reasoning.length < LONGEST_REASONING) this.#reasoning += reasoning.text;
		const refusal = (delta.refusal ?? "") + content.refusal;
		if (refusal !== "") this.#hasRefused = true;
		return content.text + refusal;
	}

	/** A clean end without a reason: whole when the server marked it, or when what came looks whole. */
	#faultOfSilence(isMarked: boolean): ProviderFault | null {
		const calls = this.#native.all();
		const hasText = hasVisibleText(this.#visible.text);
		if (!this.hasBegun) return new ProviderFault({ reason: "malformed", canRetry: true, note: "no end" });
		if (isMarked || this.#hasUsage) return null;
		const isWhole =
			calls.length > 0
				? calls.every((call) => argumentsObject(call.arguments))
				: hasText && endsLikeASentence(this.#visible.text);
		return isWhole ? null : new ProviderFault({ reason: "cut", canRetry: true, note: "no end" });
	}
}

/** An error record in place of a chunk, or in one, as OpenRouter sends it. */
function faultOfRecord(error: unknown): ProviderFault {
	const { code, type, status } = (typeof error === "object" && error !== null ? error : {}) as Record<
		string,
		unknown
	>;
	const note = [code, type, status].map(String).find((one) => /^[\w.-]{1,60}$/.test(one)) ?? "error record";
	const isLimited = /rate_limit|429/.test(`${code} ${type} ${status}`);
	return new ProviderFault({ reason: isLimited ? "rate-limited" : "cut", canRetry: true, note });
}

/** It is kept with the answer, and Postgres refuses NUL and half a surrogate pair. */
const nameOfModel = (name: string): string =>
	name.slice(0, LONGEST_MODEL_NAME).replaceAll("\0", "").toWellFormed();
