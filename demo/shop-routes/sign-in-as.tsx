import {
	type ActionFunctionArgs,
	type LoaderFunctionArgs,
	type MetaFunction,
	redirect,
} from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { z } from "zod/v4";
import { getCustomerIdentity, signInCustomer } from "#app/auth/customer.server.ts";
import { repeatAfterSignIn } from "#app/auth/repeat-question.server.ts";
import { Button, SelectField } from "#app/components/ui/index.ts";
import { env } from "#app/env.server.ts";
import { readForm } from "#app/http/body.server.ts";
import { ownPath } from "#app/http/own-path.server.ts";
import { countSender } from "#app/http/rate-limit.server.ts";
import { answerOrProblem } from "#app/http/respond.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { NotFound } from "#app/models/errors.ts";
import { listDemoCustomers } from "./demo-customers.server.ts";

/* The demo shop's sign-in page. It needs no password, so it offers only invented customers and exists only on the
   embedded database. */

export const meta: MetaFunction = () => [{ title: "Sign in · Mevi Living" }];

const signInFields = z.object({ customerId: z.string().default(""), next: z.string().optional() });

/**
 * GET /sign-in-as: the list of invented customers. A customer who is already signed in (after a reload) is redirected
 * to the shop.
 */
export async function loader({ request }: LoaderFunctionArgs) {
	const { customerId } = await getCustomerIdentity(request);
	if (customerId) return redirect("/");
	if (!env().MEVI_EMBEDDED) {
		throw await answerOrProblem(request, () =>
			Promise.reject(new NotFound("There is nothing at this address.")),
		);
	}
	return { people: (await listDemoCustomers()).map(({ id, name }) => ({ id, name })) };
}

/** POST /sign-in-as with `customerId` and `next`, a path of this site: signs the browser in as that customer. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		if (!env().MEVI_EMBEDDED) throw new NotFound("There is nothing at this address.");
		const { customerId, next } = await readForm(request, signInFields);
		await countSender(request, "signIns");
		const before = await getCustomerIdentity(request);
		const customer = customerId.includes("\0") ? null : await getCustomer(customerId);
		if (!customer?.isDemo) throw new NotFound("Nobody in the demo store has that name.");
		const setCookie = await signInCustomer(request, customer.id);
		await repeatAfterSignIn(request, before, customer.id);
		return redirect(ownPath(next, { otherwise: "/" }), { headers: { "Set-Cookie": setCookie } });
	});
}

export default function SignInAsPage() {
	const { people } = useLoaderData<typeof loader>();
	return (
		<main id="main" className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center px-4 py-8">
			<h1 className="font-semibold text-2xl">Sign in</h1>
			<p className="mt-2 text-ink-soft">You'll return to the chat, and we'll look up what you asked.</p>
			<form method="post" action="/sign-in-as" className="mt-6">
				<input type="hidden" name="next" value="/chat" />
				<SelectField
					label="Sign in as"
					name="customerId"
					required
					hint="This is a demo store: its customers and their orders are made up."
				>
					{people.map((person) => (
						<option key={person.id} value={person.id}>
							{person.name}
						</option>
					))}
				</SelectField>
				<Button className="mt-4 w-full">Sign in</Button>
			</form>
			<p className="mt-4 text-center">
				<a
					href="/chat"
					className="inline-flex min-h-11 items-center text-accent underline underline-offset-2"
				>
					Back to the chat
				</a>
			</p>
		</main>
	);
}
