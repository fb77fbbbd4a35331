import type { ActionFunctionArgs } from "@remix-run/node";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { readChatPage } from "./page-data.server.ts";
import { readChatForm, readSender, submitChatForm } from "./submit.server.ts";

/**
 * POST /chat/actions: the forms of /chat for the page's scripts. The fields and the function are the same as without
 * scripts; the response is JSON instead of a redirect, and no loader runs.
 */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		requireSameOrigin(request);
		const form = await readChatForm(request);
		const { identity, setCookie } = await readSender(request, form);
		const submitted = await submitChatForm(request, identity, form);
		const cookie = submitted.setCookie ?? setCookie;
		// The page does not know a session that this post has opened. Its status is in the response, because the stream
		// reports only later changes.
		const isOther = submitted.sessionId !== null && submitted.sessionId !== form.sessionId;
		const page = isOther ? await readChatPage(request, identity) : null;
		return jsonResponse(
			{ sessionId: submitted.sessionId, message: submitted.message ?? null, page },
			cookie ? { headers: { "Set-Cookie": cookie } } : {},
		);
	});
}
