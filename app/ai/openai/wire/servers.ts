import { singleton } from "#app/singleton.server.ts";

/**
 * What a server may refuse in a request. The last four are ways of writing the history: the system role, no
 * `content` beside tool calls, an empty `content` there, and a history without the model's reasoning.
 */
export type Refusable =
	| "max_completion_tokens"
	| "max_tokens"
	| "stream_options"
	| "strict"
	| "additionalProperties"
	| "response_format"
	| "tool_choice"
	| "tools"
	| "system role"
	| "absent content"
	| "empty content"
	| "absent reasoning";

/** What this process has learned of one model on one server. */
export type ServerHabits = {
	refused: Set<Refusable>;
	/** The model thinks before it writes, so a reply takes more tokens than its text. */
	thinks: boolean;
	/**
	 * Whether thoughts begin without an opening mark. "likely" is a guess from the model's name, dropped after
	 * the first reply that has no closing mark either.
	 */
	startsInThought: "no" | "likely" | "yes";
};

/** Servers and models remembered at most. An installation has two; tests have many. */
const MOST_SERVERS = 64;

/** Models whose chat template opens the thought itself, so that only its closing mark arrives. */
const THINKING_NAME = /(?:^|[^a-z\d])(?:r1|qwq|thinking)(?![a-z\d])/i;

const servers = singleton("model-servers", () => new Map<string, ServerHabits>());

/** What is known of a model at an address; remembered until the process ends. */
export function habitsOf({ baseUrl, model }: { baseUrl: string; model: string }): ServerHabits {
	const key = `${baseUrl} ${model}`;
	const known = servers.get(key);
	if (known) return known;
	const habits: ServerHabits = {
		refused: new Set(),
		thinks: false,
		startsInThought: THINKING_NAME.test(model) ? "likely" : "no",
	};
	if (servers.size >= MOST_SERVERS) servers.clear();
	servers.set(key, habits);
	return habits;
}
