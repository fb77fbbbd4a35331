import type { ActionFunctionArgs } from "@remix-run/node";
import { getAgent } from "#app/auth/agent.server.ts";
import { requireOwner } from "#app/auth/owner.server.ts";
import { answerOrProblem, jsonResponse } from "#app/http/respond.server.ts";
import { Unauthorised } from "#app/models/errors.ts";
import { readAgentForm, submitAgentForm } from "./submit.server.ts";

/** POST /admin/chat/:sessionId/actions: the agent's forms for one session, posted by the page's scripts. The answer is JSON. */
export function action({ request, params }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const agent = await getAgent(request);
		if (!agent) throw new Unauthorised("Your login has ended. Sign in again; your text is kept.");
		const post = await readAgentForm(request);
		requireOwner(post.fields.owner, agent.id);
		return jsonResponse(await submitAgentForm(post, agent, params.sessionId ?? ""));
	});
}
