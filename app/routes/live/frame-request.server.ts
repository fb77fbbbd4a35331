import { untilReaderGone } from "#app/http/exchange.server.ts";
import { answerOrProblem } from "#app/http/respond.server.ts";

/** HTTP statuses of errors that a quick retry would not change. */
const PERMANENT_STATUSES = new Set([401, 403, 404, 429]);
const ERROR_DELAY_MS = 10_000;

/**
 * Answers a request for the transcript page without scripts. Its frame reloads at once after an error and ignores
 * Retry-After, so an error response is delayed by ten seconds.
 */
export async function answerFrameRequest(
	request: Request,
	handler: () => Promise<Response>,
): Promise<Response> {
	const response = await answerOrProblem(request, handler);
	if (PERMANENT_STATUSES.has(response.status) && request.headers.get("Sec-Fetch-Dest") === "object") {
		await pause(ERROR_DELAY_MS, untilReaderGone(request));
	}
	return response;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, ms);
		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			resolve();
		});
	});
}
