import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { safeRedirect } from "remix-utils/safe-redirect";
import { signOutCustomer } from "#app/auth/customer.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";

/** Reached by reloading after signing out, or by a typed address: there is nothing to see here. */
export function loader() {
	return redirect("/");
}

/** Forgets who the browser is. */
export async function action({ request }: ActionFunctionArgs) {
	requireSameOrigin(request);
	const form = await request.formData();
	const setCookie = await signOutCustomer(request);
	return redirect(safeRedirect(form.get("next"), "/"), { headers: { "Set-Cookie": setCookie } });
}
