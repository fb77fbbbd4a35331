import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { safeRedirect } from "remix-utils/safe-redirect";
import { signInCustomer } from "#app/auth/customer.server.ts";
import { env } from "#app/env.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { getCustomer } from "#app/models/customer.server.ts";

/** Reached by reloading after signing in, or by a typed address: there is nothing to see here. */
export function loader() {
	return redirect("/");
}

/**
 * The demo's way in: no password, and therefore only for the made-up people, and only on the embedded
 * database. Everywhere else there is nothing at this address.
 */
export async function action({ request }: ActionFunctionArgs) {
	if (!env().MEVI_EMBEDDED) throw new Response("There is nothing at this address.", { status: 404 });
	requireSameOrigin(request);
	const form = await request.formData();
	const customer = await getCustomer(String(form.get("customerId") ?? ""));
	if (!customer?.isDemo) throw new Response("Nobody in the demo store has that name.", { status: 404 });
	const setCookie = await signInCustomer(request, customer.id);
	return redirect(safeRedirect(form.get("next"), "/"), { headers: { "Set-Cookie": setCookie } });
}
