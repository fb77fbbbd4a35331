import { type LoaderFunctionArgs, redirect } from "@remix-run/node";
import { getCustomerIdentity } from "#app/auth/customer.server.ts";
import { env } from "#app/env.server.ts";
import { answerOrProblem } from "#app/http/respond.server.ts";
import { NotFound } from "#app/models/errors.ts";

/** Path of the demo shop's own sign-in page, which exists only on the embedded database. */
const DEMO_SIGN_IN = "/sign-in-as";

/**
 * GET /sign-in: the target of the "Sign in" button in the chat. A signed-in customer is redirected back to the chat.
 * Others are redirected to the store's sign-in page (SIGN_IN_URL) or, on the embedded database, to the demo shop's.
 */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const { customerId } = await getCustomerIdentity(request);
		if (customerId) return redirect("/chat");
		const { MEVI_EMBEDDED, SIGN_IN_URL, PUBLIC_URL } = env();
		if (SIGN_IN_URL) {
			const chat = new URL("/chat", PUBLIC_URL ?? request.url).href;
			return redirect(SIGN_IN_URL.replaceAll("{return}", encodeURIComponent(chat)));
		}
		if (MEVI_EMBEDDED) return redirect(DEMO_SIGN_IN);
		throw new NotFound("There is nothing at this address.");
	});
}
