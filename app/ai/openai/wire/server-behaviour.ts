import { singleton } from "#app/singleton.server.ts";

/**
 * Parts of a request that servers may refuse. The last four concern the history: the system role, calls without
 * `content`, calls with empty `content`, and a history without the model's reasoning.
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
	/** The model has reasoning, so a reply takes more tokens than its text. */
	usesReasoning: boolean;
	/**
	 * Whether the reasoning begins without an opening mark. "likely" is a guess from the model's name; it is dropped
	 * after the first reply that has no closing mark either.
	 */
	startsInReasoning: "no" | "likely" | "yes";
};

/** Most entries. An installation has two; tests have many. */
const MAX_SERVERS = 64;

/** Names of models whose chat template opens the reasoning itself, so that only the closing mark arrives. */
const REASONING_MODEL_NAME = /(?:^|[^a-z\d])(?:r1|qwq|thinking)(?![a-z\d])/i;

const knownServers = singleton("model-servers", () => new Map<string, ServerBehaviour>());

/** What is known about a model at an address, until the process ends. */
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
