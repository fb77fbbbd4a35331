import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { z } from "zod/v4";
import { getCustomerIdentity, signInCustomer } from "#app/auth/customer.server.ts";
import { repeatAfterSignIn } from "#app/auth/repeat-question.server.ts";
import { env } from "#app/env.server.ts";
import { readForm } from "#app/http/body.server.ts";
import { ownPath } from "#app/http/own-path.server.ts";
import { countSender } from "#app/http/rate-limit.server.ts";
import { answering } from "#app/http/respond.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { NotFound } from "#app/models/errors.ts";

const fields = z.object({ customerId: z.string().default(""), next: z.string().optional() });

/** A GET, after a reload or from a typed URL, goes to the home page. */
export function loader() {
	return redirect("/");
}

/**
 * The demo's sign-in without a password: only for demo customers, and only on the embedded database. Otherwise 404.
 */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		if (!env().MEVI_EMBEDDED) throw new NotFound("There is nothing at this address.");
		requireSameOrigin(request);
		const { customerId, next } = await readForm(request, fields);
		await countSender("signIns");
		const before = await getCustomerIdentity(request);
		const customer = customerId.includes("\0") ? null : await getCustomer(customerId);
		if (!customer?.isDemo) throw new NotFound("Nobody in the demo store has that name.");
		const setCookie = await signInCustomer(request, customer.id);
		await repeatAfterSignIn(before, customer.id);
		return redirect(ownPath(next, { otherwise: "/" }), { headers: { "Set-Cookie": setCookie } });
	});
}
