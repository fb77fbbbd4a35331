import { preloadLanguageDetector } from "#app/ai/language/detect-language.server.ts";
import { jsonResponse } from "#app/http/respond.server.ts";
import { repairCounts } from "#app/models/chat-session/unattended.server.ts";
import { countConnections, isDraining } from "#app/realtime/connections.server.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { isMigrated } from "#db/is-migrated.server.ts";

/**
 * GET /readyz: whether this process can serve customers. The answer is 503 while the database is unavailable or not
 * migrated, when the language detector could not be loaded, or while the process ends. The answer waits until the
 * detector is loaded, which blocks the event loop; customers are served after it. A failing bus is reported but does not
 * cause a 503, because the head check delivers the events.
 */
export async function loader(): Promise<Response> {
	const [database, languageDetector] = await Promise.all([
		isMigrated().catch(() => false),
		// The process's boot logs why the loading failed.
		preloadLanguageDetector().then(
			() => true,
			() => false,
		),
	]);
	const draining = isDraining();
	const bus = hub.busState();
	const ready = database && languageDetector && !draining;
	return jsonResponse(
		{
			ready,
			database,
			languageDetector,
			draining,
			bus: bus.isHealthy ? "listening" : "polling",
			busKind: bus.kind,
			busTrouble: bus.trouble,
			streams: countConnections(),
			/** The number of unattended sessions that this process has repaired since its start, by kind of problem. */
			repaired: repairCounts,
		},
		{ status: ready ? 200 : 503 },
	);
}
