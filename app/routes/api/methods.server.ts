import { problemReply, toResponse } from "#app/http/respond.server.ts";

/** A 405 response that lists the allowed HTTP methods. */
export function methodNotAllowed(allow: string): Response {
	const detail = `This address answers ${allow}.`;
	const reply = problemReply({ status: 405, title: "Method not allowed", detail });
	return toResponse({ ...reply, headers: { ...reply.headers, Allow: allow } });
}
