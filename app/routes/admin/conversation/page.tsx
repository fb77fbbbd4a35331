import { randomUUID } from "node:crypto";
import { type ActionFunctionArgs, data, redirect } from "@remix-run/node";
import {
	type ShouldRevalidateFunctionArgs,
	useActionData,
	useLoaderData,
	useOutletContext,
} from "@remix-run/react";
import { type Agent, requireAgent } from "#app/auth/agent.server.ts";
import { isRefresh } from "#app/components/use-reload-when-restored.ts";
import type { FormFields } from "#app/http/body.server.ts";
import { passRetryAfter, problemInit, toProblem } from "#app/http/respond.server.ts";
import { NeedsConfirmation } from "#app/models/errors.ts";
import { AgentConversation } from "./agent-conversation.tsx";
import { loadConversation } from "./load.server.ts";
import { readAgentForm, submitAgentForm } from "./submit.server.ts";

/** Copies the Retry-After header of a 429 response to the page's response. */
export const headers = passRetryAfter;

/**
 * The stream keeps the session on the page up to date, so loaders run again only for another session or a restored
 * page.
 */
export const shouldRevalidate = (change: ShouldRevalidateFunctionArgs) =>
	change.currentParams.sessionId !== change.nextParams.sessionId || isRefresh(change);

export const loader = loadConversation;

/** POST /admin/chat/:sessionId: the agent's forms (take over, reply, end and others) from a page without scripts. */
export async function action({ request, params }: ActionFunctionArgs) {
	const agent = await requireAgent(request);
	const sessionId = params.sessionId ?? "";
	let form: FormFields = {};
	try {
		const post = await readAgentForm(request);
		form = post.fields;
		const { result } = await submitAgentForm(post, agent, sessionId);
		// The page is rendered without a redirect, because the copilot's result and the draft exist only in this request.
		if (result || form.intent === "draft" || (form.intent === "end" && form.message?.trim())) {
			return data({ problem: null, typed: form.message ?? "", intent: "", result, confirmEnd: null });
		}
		return redirect(`/admin/chat/${sessionId}`, { status: 303 });
	} catch (error) {
		const problem = toProblem(request, error);
		const { message = "", intent = "" } = form;
		const result = translationOf(form);
		const typed = result?.original ?? message;
		// A form that needs a confirmation is not an error: the page asks the question, with a form that confirms.
		const confirmEnd = error instanceof NeedsConfirmation ? error.message : null;
		const shown = { problem: confirmEnd === null ? problem : null, typed, intent, result, confirmEnd };
		return data(shown, problemInit(problem));
	}
}

/** The agent's corrected translation from a refused form, so that it can be sent again; null for other forms. */
function translationOf({ intent, message, original, language, clientMessageId }: FormFields) {
	if (intent !== "reply" || !message || !original || !language) return null;
	return {
		kind: "translate" as const,
		text: message,
		original,
		language,
		clientMessageId: clientMessageId || randomUUID(),
	};
}

export default function ConversationPage() {
	const page = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const agent = useOutletContext<Agent>();
	return (
		<AgentConversation key={page.session.sessionId} page={page} refused={refused ?? null} agent={agent} />
	);
}
