import type { RawRoutes } from "#app/http/raw-handler/raw-handler.server.ts";
import { answerChatForm } from "#app/routes/chat/submit.server.ts";
import { answerHealthz } from "#app/routes/ops/health.server.ts";
import { prepareAgentEvents, prepareCustomerEvents } from "#app/routes/streams/events.server.ts";

/** What the raw handler answers instead of Remix. Each path also has a Remix route with the same functions. */
export const rawRoutes: RawRoutes = {
	streams: { "/chat/events": prepareCustomerEvents, "/admin/chat/events": prepareAgentEvents },
	forms: { "/chat/actions": answerChatForm },
	signals: { "/healthz": answerHealthz },
};
