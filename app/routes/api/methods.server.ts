import { problemResponse } from "#app/http/respond.server.ts";

/** 405 with the methods that are there. */
export function methodNotAllowed(allow: string): Response {
	const response = problemResponse({
		status: 405,
		title: "Method not allowed",
		detail: `This address answers ${allow}.`,
	});
	response.headers.set("Allow", allow);
	return response;
}
