import {
	type ActionFunctionArgs,
	data,
	type LoaderFunctionArgs,
	type MetaFunction,
	redirect,
} from "@remix-run/node";
import { useActionData, useLoaderData } from "@remix-run/react";
import { ensureCustomerIdentity } from "#app/auth/customer.server.ts";
import { passRetryAfter, problemInit, toProblem } from "#app/http/respond.server.ts";
import { CHAT_TITLE } from "./chat-title.ts";
import { CustomerConversation } from "./customer-conversation.tsx";
import { readChatPage } from "./page-data.server.ts";
import { type ChatForm, readChatForm, readSender, submitChatForm } from "./submit.server.ts";

export const meta: MetaFunction = () => [{ title: CHAT_TITLE }];

/** The seconds to wait that go with 429. */
export const headers = passRetryAfter;

/** The conversation keeps itself up to date; running this again after each form would only repeat it. */
export const shouldRevalidate = () => false;

/** GET /chat: the customer's conversation. Opens none: that takes a first message. */
export async function loader({ request }: LoaderFunctionArgs) {
	const { identity, setCookie } = await ensureCustomerIdentity(request);
	const page = await readChatPage(request, identity);
	return data(page, setCookie ? { headers: { "Set-Cookie": setCookie } } : {});
}

/** POST /chat: the same forms without scripts. Comes back to the page, or to what was typed and why it was refused. */
export async function action({ request }: ActionFunctionArgs) {
	const headers = new Headers();
	let form: ChatForm = {};
	try {
		form = await readChatForm(request);
		const { identity, setCookie } = await readSender(request, form);
		if (setCookie) headers.set("Set-Cookie", setCookie);
		const submitted = await submitChatForm(request, identity, form);
		if (submitted.setCookie) headers.set("Set-Cookie", submitted.setCookie);
		// Shown and not redirected to: what was being written beside another button is the page's alone.
		// After a sign-in the page is another person's, which only a request with the new cookie can show.
		const isDraft = !submitted.setCookie && form.intent !== "send" && form.message?.trim();
		if (isDraft) return data({ problem: null, draft: form.message ?? "" }, { headers });
		return redirect("/chat", { status: 303, headers });
	} catch (error) {
		const problem = toProblem(error);
		// What the shop has signed for a visitor is nothing they have typed.
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
