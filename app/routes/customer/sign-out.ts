import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod/v4";
import { readBearerToken } from "#app/auth/actor.server.ts";
import { revokeToken, signOutCustomer } from "#app/auth/customer.server.ts";
import { readForm } from "#app/http/body.server.ts";
import { ownPath } from "#app/http/own-path.server.ts";
import { answerOrProblem } from "#app/http/respond.server.ts";

const fields = z.object({ next: z.string().optional() });

/** A GET request (a reload or a typed URL) is redirected to the home page and signs nobody out. */
export function loader() {
	return redirect("/");
}

/**
 * Signs the customer out and revokes the token in the browser's cookie. If the request has a bearer token, that token
 * is revoked and the answer is 204.
 */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
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
