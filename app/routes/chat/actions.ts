import type { ActionFunctionArgs } from "@remix-run/node";
import { ensureCustomerIdentity } from "#app/auth/customer.server.ts";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { readChatForm, submitChatForm } from "./submit.server.ts";

/**
 * POST /chat/actions: the forms of /chat for the page's own scripts. Same fields, same function behind it;
 * the answer is JSON instead of a redirect, and no loader runs again.
 */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		requireSameOrigin(request);
		const { identity, setCookie } = await ensureCustomerIdentity(request);
		const submitted = await submitChatForm(request, identity, await readChatForm(request));
		const cookie = submitted.setCookie ?? setCookie;
		return jsonResponse(
			{ sessionId: submitted.sessionId, message: submitted.message ?? null },
			cookie ? { headers: { "Set-Cookie": cookie } } : {},
		);
	});
}
