import {
	type ActionFunctionArgs,
	data,
	type LoaderFunctionArgs,
	type MetaFunction,
	redirect,
} from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { ensureCustomerIdentity } from "#app/auth/customer.server.ts";
import { type FormFields, readFields } from "#app/http/body.server.ts";
import { passRetryAfter, problemInit, toProblem } from "#app/http/respond.server.ts";
import { CHAT_TITLE } from "./chat-title.ts";
import { CustomerConversation } from "./customer-conversation.tsx";
import { readChatPage, readPageQuery } from "./page-data.server.ts";
import { identifySender, submitChatForm } from "./submit.server.ts";

export const meta: MetaFunction = () => [{ title: CHAT_TITLE }];

/** Copies the Retry-After header of a 429 response to the page's response. */
export const headers = passRetryAfter;

/** Events keep the page up to date, so loaders do not run again after a form is posted. */
export const shouldRevalidate = () => false;

/** GET /chat: shows the customer's session. A visit creates no session; the first message does. */
export async function loader({ request }: LoaderFunctionArgs) {
	const { identity, setCookie } = await ensureCustomerIdentity(request);
	const page = await readChatPage(identity, readPageQuery(request));
	return data(page, setCookie ? { headers: { "Set-Cookie": setCookie } } : {});
}

/**
 * POST /chat: the customer's forms from a page without scripts. Redirects to the page, or shows the refused form with
 * its typed values and the error.
 */
export async function action({ request }: ActionFunctionArgs) {
	const headers = new Headers();
	let form: FormFields = {};
	try {
		form = await readFields(request);
		const post = { headers: request.headers, fields: form };
		const { identity, setCookie } = await identifySender(post);
		if (setCookie) headers.set("Set-Cookie", setCookie);
		const submitted = await submitChatForm(post, identity);
		if (submitted.setCookie) headers.set("Set-Cookie", submitted.setCookie);
		// The page is rendered without a redirect, because only this response contains the draft. After a sign-in, a
		// redirect loads the page of the signed-in customer with the new cookie.
		const isDraft = !submitted.setCookie && form.intent !== "send" && form.message?.trim();
		if (isDraft) return data({ problem: null, draft: form.message ?? "" }, { headers });
		return redirect("/chat", { status: 303, headers });
	} catch (error) {
		const problem = toProblem(request, error);
		// The field `identity` is not shown again, because it is the store's signed token, which the customer did not type.
		const { identity: _, intent = "", ...typed } = form;
		return data({ problem, typed, intent, draft: typed.message ?? "" }, problemInit(problem, headers));
	}
}

export default function ChatPage() {
	const page = useLoaderData<typeof loader>();
	const answer = useActionData<typeof action>();
	return (
		<CustomerConversation page={page} refused={answer?.problem ? answer : null} draft={answer?.draft ?? ""} />
	);
}
