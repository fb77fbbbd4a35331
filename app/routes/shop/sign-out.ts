import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod/v4";
import { signOutCustomer } from "#app/auth/customer.server.ts";
import { readForm } from "#app/http/body.server.ts";
import { ownPath } from "#app/http/own-path.server.ts";
import { answering } from "#app/http/respond.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";

const fields = z.object({ next: z.string().optional() });

/** Reached by reloading after signing out, or by a typed address: there is nothing to see here. */
export function loader() {
	return redirect("/");
}

/** Forgets who the browser is. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		requireSameOrigin(request);
		const { next } = await readForm(request, fields);
		const setCookie = await signOutCustomer(request);
		return redirect(ownPath(next, { otherwise: "/" }), { headers: { "Set-Cookie": setCookie } });
	});
}
