import { type LoaderFunctionArgs, type MetaFunction, redirect } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { getCustomerIdentity } from "#app/auth/customer.server.ts";
import { Button, SelectField } from "#app/components/ui/index.ts";
import { env } from "#app/env.server.ts";
import { answering } from "#app/http/respond.server.ts";
import { listDemoCustomers } from "#app/models/customer/customer.server.ts";
import { NotFound } from "#app/models/errors.ts";

export const meta: MetaFunction = () => [{ title: "Sign in · Mevi Living" }];

/**
 * GET /sign-in: the page behind the chat's "Sign in". The demo shop lists its demo customers here; a real store uses
 * its own page (SIGN_IN_URL) and returns to the chat. A signed-in customer is redirected back at once.
 */
export async function loader({ request }: LoaderFunctionArgs) {
	const { customerId } = await getCustomerIdentity(request);
	if (customerId) return redirect("/chat");
	const { MEVI_EMBEDDED, SIGN_IN_URL, PUBLIC_URL } = env();
	if (SIGN_IN_URL) {
		const chat = new URL("/chat", PUBLIC_URL ?? request.url).href;
		return redirect(SIGN_IN_URL.replaceAll("{return}", encodeURIComponent(chat)));
	}
	if (!MEVI_EMBEDDED) {
		throw await answering(() => Promise.reject(new NotFound("There is nothing at this address.")));
	}
	return { people: (await listDemoCustomers()).map(({ id, name }) => ({ id, name })) };
}

export default function SignIn() {
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
