/**
 * GET /healthz: the process is alive. It does not use the database, so that a slow database does not restart
 * processes.
 */
export function loader(): Response {
	return new Response("ok\n", { headers: { "Content-Type": "text/plain", "Cache-Control": "no-store" } });
}
