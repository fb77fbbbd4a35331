import type { LoaderFunctionArgs } from "@remix-run/node";
import { ensureCustomerIdentity } from "#app/auth/customer.server.ts";
import { answering, jsonResponse } from "#app/http/respond.server.ts";
import { readChatPage } from "./page-data.server.ts";

/** GET /chat/current: the present data of GET /chat, for a page that the browser has restored from its cache. */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answering(async () => {
		const { identity, setCookie } = await ensureCustomerIdentity(request);
		const page = await readChatPage(request, identity);
		return jsonResponse(page, setCookie ? { headers: { "Set-Cookie": setCookie } } : {});
	});
}
