import { useEffect, useRef, useState } from "react";
import type { CopilotResult } from "#app/ai/copilot/result.ts";
import { readProblem } from "#app/realtime/client/forms.ts";

/** The server gives up before; this is for a line that went dead. */
const LIMIT_MS = 40_000;

export type CopilotState = {
	/** What is being worked on; null for nothing. */
	working: string | null;
	result: CopilotResult | null;
	problem: string | null;
};

/** Asks the copilot from a page with scripts: one question at a time, and an answer that came too late is dropped. */
export function useCopilot(actionUrl: string, rendered: CopilotResult | null) {
	const [state, setState] = useState<CopilotState>({ working: null, result: rendered, problem: null });
	const current = useRef<AbortController | null>(null);

	function cancel() {
		current.current?.abort();
		current.current = null;
	}

	useEffect(() => () => current.current?.abort(), []);

	async function ask(intent: string, draft: string) {
		cancel();
		const asking = new AbortController();
		current.current = asking;
		setState({ working: intent, result: null, problem: null });
		const tooLate = setTimeout(() => asking.abort(), LIMIT_MS);
		let next: Partial<CopilotState>;
		try {
			const response = await fetch(actionUrl, {
				method: "POST",
				body: new URLSearchParams({ intent, message: draft }),
				headers: { Accept: "application/json" },
				signal: asking.signal,
			});
			next = response.ok
				? { result: ((await response.json()) as { result: CopilotResult | null }).result }
				: { problem: await readProblem(response) };
		} catch {
			next = { problem: "The store could not be reached. Please try again in a moment." };
		} finally {
			clearTimeout(tooLate);
		}
		if (current.current !== asking) return;
		current.current = null;
		setState({ working: null, result: null, problem: null, ...next });
	}

	return {
		...state,
		ask,
		/** Stops what is under way, and puts away what came. */
		dismiss() {
			cancel();
			setState({ working: null, result: null, problem: null });
		},
	};
}
