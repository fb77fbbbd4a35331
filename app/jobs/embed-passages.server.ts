import { embedPassages } from "#app/ai/embeddings.server.ts";
import { log } from "#app/http/log.server.ts";
import { resplitOutdatedArticles } from "#app/models/article/article.server.ts";

/** What a lost job, a provider that was away or another process's import left is found this often. */
const SWEEP_MS = 60_000;
/** Articles are saved one after the other; the passages of many fit into one request. */
const GATHER_MS = 500;

/** Starts giving passages their vectors. @returns how to ask for it now, and how to stop. */
export function startEmbedding(): { soon: () => void; stop: () => void } {
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> | null = null;
	let isStopped = false;
	let isAskedAgain = false;

	function plan(ms: number) {
		clearTimeout(timer);
		if (isStopped) return;
		timer = setTimeout(run, ms);
		timer.unref();
	}
	function run() {
		if (running) {
			isAskedAgain = true;
			return;
		}
		running = resplitOutdatedArticles()
			.then(embedPassages)
			.then(() => {})
			.catch((error: unknown) => log.error({ err: error }, "passages got no vectors; it is tried again"))
			.finally(() => {
				running = null;
				plan(isAskedAgain ? GATHER_MS : SWEEP_MS);
				isAskedAgain = false;
			});
	}
	plan(GATHER_MS);
	return {
		soon: () => plan(GATHER_MS),
		stop() {
			isStopped = true;
			clearTimeout(timer);
		},
	};
}
