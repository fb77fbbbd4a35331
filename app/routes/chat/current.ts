import type { LoaderFunctionArgs } from "@remix-run/node";
import { ensureCustomerIdentity } from "#app/auth/customer.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { readChatPage, readPageQuery } from "./page-data.server.ts";

/** GET /chat/current: the present data of the chat page, for a page that the browser has restored from its cache. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const { identity, setCookie } = await ensureCustomerIdentity(request);
		const page = await readChatPage(identity, readPageQuery(request));
		return jsonResponse(page, setCookie ? { headers: { "Set-Cookie": setCookie } } : {});
	});
}
