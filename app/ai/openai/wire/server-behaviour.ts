import { singleton } from "#app/singleton.server.ts";

/**
 * Parts of a request that model servers may refuse. The last four concern earlier messages in the request: the system
 * role, tool calls without `content`, tool calls with empty `content`, and messages without the model's reasoning.
 */
export type RefusablePart =
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

/** What this process has learned about one model on one server. */
export type ServerBehaviour = {
	refused: Set<RefusablePart>;
	/** True when the model writes reasoning, so that a reply takes more tokens than its text. */
	usesReasoning: boolean;
	/**
	 * Whether the model's reasoning begins without an opening mark. "likely" is a guess from the model's name; it becomes
	 * "no" after the first reply that has no closing mark either.
	 */
	startsInReasoning: "no" | "likely" | "yes";
};

/** Maximum number of remembered models. An installation has two; tests have many. */
const MAX_SERVERS = 64;

/** Names of models whose chat template itself opens the reasoning, so that only the closing mark arrives. */
const REASONING_MODEL_NAME = /(?:^|[^a-z\d])(?:r1|qwq|thinking)(?![a-z\d])/i;

const knownServers = singleton("model-servers", () => new Map<string, ServerBehaviour>());

/** Returns what this process has learned about a model on the server at an address, until the process ends. */
export function getServerBehaviour({ baseUrl, model }: { baseUrl: string; model: string }): ServerBehaviour {
	const key = `${baseUrl} ${model}`;
	const known = knownServers.get(key);
	if (known) return known;
	const behaviour: ServerBehaviour = {
		refused: new Set(),
		usesReasoning: false,
		startsInReasoning: REASONING_MODEL_NAME.test(model) ? "likely" : "no",
	};
	if (knownServers.size >= MAX_SERVERS) knownServers.clear();
	knownServers.set(key, behaviour);
	return behaviour;
}
