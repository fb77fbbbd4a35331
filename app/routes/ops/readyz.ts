import { jsonResponse } from "#app/http/respond.server.ts";
import { repairs } from "#app/models/chat-session/unattended.server.ts";
import { countConnections, isDraining } from "#app/realtime/connections.server.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { isMigrated } from "#db/is-migrated.server.ts";

/**
 * GET /readyz: whether this process should be given customers. 503 while the database is away or not migrated,
 * or the process is ending. A bus that does not carry is told but is no reason for 503: polling serves meanwhile.
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
			/** Conversations nobody took care of, put right by this process since it began, by what was wrong. */
			repaired: repairs,
		},
		{ status: ready ? 200 : 503 },
	);
}
