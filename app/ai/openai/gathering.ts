import { z } from "zod/v4";
import { ProviderFault } from "./faults.ts";
import type { Completion, ToolCall } from "./wire.ts";

/** A message holds 10,000 UTF-16 units; an answer ends a little before. */
export const LONGEST_TEXT = 9_000;
/** A model that calls tools without end would fill our memory (400 MB of arguments took 3.9 GB); eight are run. */
const MOST_CALLS = 2_000;
/** … and so would one whose arguments do not end: no tool takes a fiftieth of this. */
const LONGEST_CALLS = 200_000;
const LONGEST_MODEL_NAME = 200;

/** A count that is none counts as not told; the bill is then estimated. */
const tokens = z.number().int().min(0).max(2_147_483_647).nullish().catch(null);

/** What we read of a chunk, as loosely as compatible servers write it. */
const Chunk = z.object({
	model: z.string().nullish(),
	choices: z
		.array(
			z.object({
				delta: z
					.object({
						content: z.string().nullish(),
						refusal: z.string().nullish(),
						tool_calls: z
							.array(
								z.object({
									index: z.number().nullish(),
									id: z.string().nullish(),
									function: z
										.object({ name: z.string().nullish(), arguments: z.string().nullish() })
										.nullish(),
								}),
							)
							.nullish(),
					})
					.nullish(),
				finish_reason: z.string().nullish(),
			}),
		)
		.nullish(),
	usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish(),
});
type CallDelta = NonNullable<
	NonNullable<NonNullable<z.infer<typeof Chunk>["choices"]>[number]["delta"]>["tool_calls"]
>[number];

/** Puts one reply together from its chunks. */
export class Gathering {
	hasBegun = false;
	#text = "";
	#hasRefused = false;
	#finish: string | null = null;
	#model: string | null = null;
	#promptTokens = 0;
	#completionTokens = 0;
	/** Of all calls' names and arguments. */
	#callsLength = 0;
	readonly #calls: (ToolCall & { index: number })[] = [];

	/** True once the provider has said why it stopped; only usage can follow. */
	get isFinished(): boolean {
		return this.#finish !== null;
	}

	/** True when the text is as long as a message may be; the rest is not read. */
	get isFull(): boolean {
		return this.#text.length >= LONGEST_TEXT;
	}

	/**
	 * Takes one chunk and returns the text in it, possibly none.
	 * @throws ProviderFault when it is no chunk, when the provider's filter stopped the reply, or for calls without end.
	 */
	take(value: unknown): string {
		const parsed = Chunk.safeParse(value);
		if (!parsed.success) throw new ProviderFault({ reason: "malformed", canRetry: true, note: "no chunk" });
		this.hasBegun = true;
		const { model, choices, usage } = parsed.data;
		this.#model = model ? nameOfModel(model) : this.#model;
		this.#promptTokens = usage?.prompt_tokens ?? this.#promptTokens;
		this.#completionTokens = usage?.completion_tokens ?? this.#completionTokens;
		const choice = choices?.[0];
		if (!choice) return "";
		for (const call of choice.delta?.tool_calls ?? []) this.#takeCall(call);
		if (choice.finish_reason === "content_filter") {
			throw new ProviderFault({ reason: "refused", canRetry: false, note: "content_filter" });
		}
		this.#finish = choice.finish_reason || this.#finish;
		if (choice.delta?.refusal) this.#hasRefused = true;
		const piece = `${choice.delta?.content ?? ""}${choice.delta?.refusal ?? ""}`.slice(
			0,
			LONGEST_TEXT - this.#text.length,
		);
		this.#text += piece;
		return piece;
	}

	/** The whole reply. A call without a name is dropped: nothing could answer it. */
	completion(): Completion {
		return {
			text: this.#text,
			toolCalls: this.#calls
				.filter((call) => call.function.name !== "")
				.map(({ id, type, function: called }) => ({ id, type, function: called })),
			hasRefused: this.#hasRefused,
			model: this.#model,
			promptTokens: this.#promptTokens,
			completionTokens: this.#completionTokens,
		};
	}

	#takeCall(delta: CallDelta): void {
		let call = this.#findCall(delta);
		if (!call) {
			const id = delta.id || `call_${this.#calls.length + 1}`;
			call = { index: delta.index ?? -1, id, type: "function", function: { name: "", arguments: "" } };
			this.#calls.push(call);
		}
		const { name, arguments: written } = delta.function ?? {};
		if (call.function.name === "") call.function.name = name ?? "";
		call.function.arguments += written ?? "";
		this.#callsLength += (name?.length ?? 0) + (written?.length ?? 0);
		if (this.#calls.length > MOST_CALLS || this.#callsLength > LONGEST_CALLS) {
			throw new ProviderFault({ reason: "malformed", canRetry: true, note: "calls without end" });
		}
	}

	/**
	 * The call this delta continues. By index, as OpenAI does it; but some compatible servers give every call
	 * the index 0 or none at all, so a new id begins a new call whatever the index says.
	 */
	#findCall(delta: CallDelta) {
		if (delta.id) return this.#calls.find((call) => call.id === delta.id);
		if (delta.index === null || delta.index === undefined) return this.#calls.at(-1);
		return this.#calls.findLast((call) => call.index === delta.index);
	}
}

/** It is kept with the answer, and Postgres refuses NUL and half a surrogate pair. */
const nameOfModel = (name: string): string =>
	name.slice(0, LONGEST_MODEL_NAME).replaceAll("\0", "").toWellFormed();
