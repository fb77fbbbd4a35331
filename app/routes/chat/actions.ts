import type { ActionFunctionArgs } from "@remix-run/node";
import { readFields } from "#app/http/body.server.ts";
import { answerOrProblem, toResponse } from "#app/http/respond.server.ts";
import { answerChatForm } from "./submit.server.ts";

/** POST /chat/actions in Remix. When the raw handler is in use, it answers this URL and the route is not called. */
export function action({ request }: ActionFunctionArgs): Promise<Response> {
	return answerOrProblem(request, async () => {
		const post = { headers: request.headers, fields: await readFields(request) };
		return toResponse(await answerChatForm(post));
	});
}
