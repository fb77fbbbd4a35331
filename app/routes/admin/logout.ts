import { type ActionFunctionArgs, redirect } from "@remix-run/node";
import { signOutAgent } from "#app/auth/agent.server.ts";
import { answering } from "#app/http/respond.server.ts";
import { requireSameOrigin } from "#app/http/same-origin.server.ts";

/** POST /admin/logout: ends the login. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answering(async () => {
		requireSameOrigin(request);
		return redirect("/admin/login", { headers: await signOutAgent(request) });
	});
}

/** A link or a typed address does not sign anybody out. */
export const loader = () => redirect("/admin/chat");
