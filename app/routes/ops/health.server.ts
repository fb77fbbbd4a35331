import type { Reply } from "#app/http/respond.server.ts";

/**
 * The answer of GET /healthz: the process is alive. The check does not use the database, so that a slow database does
 * not cause restarts of server processes.
 */
export const answerHealthz = (): Reply => ({
	status: 200,
	headers: { "Content-Type": "text/plain", "Cache-Control": "no-store" },
	body: "ok\n",
});
