import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod/v4";
import { readBearerToken } from "#app/auth/actor.server.ts";
import { revokeToken, signOutCustomer } from "#app/auth/customer.server.ts";
import { readForm } from "#app/http/body.server.ts";
import { ownPath } from "#app/http/own-path.server.ts";
import { answering } from "#app/http/respond.server.ts";

const fields = z.object({ next: z.string().optional() });

/** A GET, after a reload or from a typed URL, goes to the home page. */
export function loader() {
	return redirect("/");
}

/**
 * Signs the browser out and revokes the token in its cookie. A bearer token is revoked instead, with the answer 204.
 */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(request, async () => {
		const token = readBearerToken(request);
		if (token) {
			await revokeToken(token);
			return new Response(null, { status: 204, headers: { "Cache-Control": "no-store" } });
		}
		const { next } = await readForm(request, fields);
		const setCookie = await signOutCustomer(request);
		return redirect(ownPath(next, { otherwise: "/" }), { headers: { "Set-Cookie": setCookie } });
	});
}
