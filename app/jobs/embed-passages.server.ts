import { updatePassageEmbeddings } from "#app/ai/embeddings.server.ts";
import { log } from "#app/http/log.server.ts";
import { resplitOutdatedArticles } from "#app/models/article/article.server.ts";

/**
 * Interval of the periodic embedding run. It finds passages without an embedding after a lost job, a failure of the
 * provider or another process's import.
 */
const EMBEDDING_INTERVAL_MS = 60_000;
/**
 * Delay of an embedding run after an article was saved, because several articles are often saved together and their
 * passages fit into one request.
 */
const EMBEDDING_DELAY_MS = 500;

/** Starts the periodic embedding of passages. @returns `runSoon` starts a run after a short delay; `stop` ends it. */
export function startPassageEmbedding(): { runSoon: () => void; stop: () => void } {
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> | null = null;
	let isStopped = false;
	let isRequestedAgain = false;

	function schedule(ms: number) {
		clearTimeout(timer);
		if (isStopped) return;
		timer = setTimeout(run, ms);
		timer.unref();
	}
	function run() {
		if (running) {
			isRequestedAgain = true;
			return;
		}
		running = resplitOutdatedArticles()
			.then(updatePassageEmbeddings)
			.then(() => {})
			.catch((error: unknown) =>
				log.error({ err: error }, "passages could not be embedded; the next run tries again"),
			)
			.finally(() => {
				running = null;
				schedule(isRequestedAgain ? EMBEDDING_DELAY_MS : EMBEDDING_INTERVAL_MS);
				isRequestedAgain = false;
			});
	}
	schedule(EMBEDDING_DELAY_MS);
	return {
		runSoon: () => schedule(EMBEDDING_DELAY_MS),
		stop() {
			isStopped = true;
			clearTimeout(timer);
		},
	};
}
