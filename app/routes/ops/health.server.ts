import type { Reply } from "#app/http/respond.server.ts";

/**
 * The answer of GET /healthz: the process is alive. It does not use the database, so that a slow database does not
 * restart processes.
 */
export const answerHealthz = (): Reply => ({
	status: 200,
	headers: { "Content-Type": "text/plain", "Cache-Control": "no-store" },
	body: "ok\n",
});
