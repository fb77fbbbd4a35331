import { updatePassageEmbeddings } from "#app/ai/embeddings.server.ts";
import { log } from "#app/http/log.server.ts";
import { resplitOutdatedArticles } from "#app/models/article/article.server.ts";

/** What a lost job, a provider that was away or another process's import left is found this often. */
const EMBEDDING_INTERVAL_MS = 60_000;
/** Articles are saved one after the other; the passages of many fit into one request. */
const EMBEDDING_DELAY_MS = 500;

/** Starts giving passages their vectors. @returns how to ask for it now, and how to stop. */
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
			.catch((error: unknown) => log.error({ err: error }, "passages got no vectors; it is tried again"))
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
