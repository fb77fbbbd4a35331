import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { getAgent, signOutAgent } from "#app/auth/agent.server.ts";
import { answerOrProblem } from "#app/http/respond.server.ts";
import { recordAgentSignOut } from "#app/models/agent/agent.server.ts";

/** POST /admin/logout: ends the agent's login. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const agent = await getAgent(request);
		if (agent) await recordAgentSignOut(agent.id);
		return redirect("/admin/login", { headers: await signOutAgent(request) });
	});
}

/** A GET request redirects and does not end the login, so that a link on another site cannot log an agent out. */
export const loader = () => redirect("/admin/chat");
