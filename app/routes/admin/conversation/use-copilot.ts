import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { CopilotResult } from "#app/ai/copilot/result.ts";
import { readProblem } from "#app/realtime/client/forms.ts";

/**
 * Maximum milliseconds that the page waits for a copilot result, for a lost connection; the server's own timeout is
 * shorter.
 */
const REQUEST_TIMEOUT_MS = 40_000;

export type CopilotState = {
	/** The copilot task that is running; null when none is running. */
	working: string | null;
	result: CopilotResult | null;
	problem: string | null;
};

/**
 * Requests copilot results on a page with scripts: one request at a time. A result that arrives after its request was
 * cancelled is dropped.
 */
export function useCopilot(actionUrl: string, rendered: CopilotResult | null) {
	const [state, setState] = useState<CopilotState>({ working: null, result: rendered, problem: null });
	const current = useRef<AbortController | null>(null);

	const cancel = useCallback(() => {
		current.current?.abort();
		current.current = null;
	}, []);

	useEffect(() => () => current.current?.abort(), []);

	const ask = useCallback(
		async (intent: string, draft: string) => {
			cancel();
			const asking = new AbortController();
			current.current = asking;
			setState({ working: intent, result: null, problem: null });
			const tooLate = setTimeout(() => asking.abort(), REQUEST_TIMEOUT_MS);
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
		},
		[actionUrl, cancel],
	);

	/** Aborts the running copilot request and closes the shown result. */
	const dismiss = useCallback(() => {
		cancel();
		setState({ working: null, result: null, problem: null });
	}, [cancel]);

	return useMemo(() => ({ ...state, ask, dismiss }), [state, ask, dismiss]);
}
