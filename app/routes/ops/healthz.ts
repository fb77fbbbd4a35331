/** GET /healthz: the process is alive. Touches nothing, so that a slow database gets nobody killed. */
export function loader(): Response {
	return new Response("ok\n", { headers: { "Content-Type": "text/plain", "Cache-Control": "no-store" } });
}
