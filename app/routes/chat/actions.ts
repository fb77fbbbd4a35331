import type { ActionFunctionArgs } from "@remix-run/node";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { readChatPage } from "./page-data.server.ts";
import { readChatForm, readSender, submitChatForm } from "./submit.server.ts";

/**
 * POST /chat/actions: the forms of /chat for the page's own scripts. Same fields, same function behind it;
 * the answer is JSON instead of a redirect, and no loader runs again.
 */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		requireSameOrigin(request);
		const form = await readChatForm(request);
		const { identity, setCookie } = await readSender(request, form);
		const submitted = await submitChatForm(request, identity, form);
		const cookie = submitted.setCookie ?? setCookie;
		// The page knows nothing yet of a conversation that this opened: its status comes from here, since the
		// stream only tells what changes after it.
		const isOther = submitted.sessionId !== null && submitted.sessionId !== form.sessionId;
		const page = isOther ? await readChatPage(request, identity) : null;
		return jsonResponse(
			{ sessionId: submitted.sessionId, message: submitted.message ?? null, page },
			cookie ? { headers: { "Set-Cookie": cookie } } : {},
		);
	});
}
