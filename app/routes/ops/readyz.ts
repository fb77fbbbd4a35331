import { jsonResponse } from "#app/http/respond.server.ts";
import { repairCounts } from "#app/models/chat-session/unattended.server.ts";
import { countConnections, isDraining } from "#app/realtime/connections.server.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { isMigrated } from "#db/is-migrated.server.ts";

/**
 * GET /readyz: whether this process can serve customers. The answer is 503 while the database is unavailable or not
 * migrated, or while the process ends. A failing bus is reported but does not cause a 503, because the head check
 * delivers the events.
 */
export async function loader(): Promise<Response> {
	const database = await isMigrated().catch(() => false);
	const draining = isDraining();
	const bus = hub.busState();
	const ready = database && !draining;
	return jsonResponse(
		{
			ready,
			database,
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
