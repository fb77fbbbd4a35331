import { problemResponse } from "#app/http/respond.server.ts";

/** A 405 response that lists the allowed methods. */
export function methodNotAllowed(allow: string): Response {
	const response = problemResponse({
		status: 405,
		title: "Method not allowed",
		detail: `This address answers ${allow}.`,
	});
	response.headers.set("Allow", allow);
	return response;
}
