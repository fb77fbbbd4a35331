import type { RawRoutes } from "#app/http/raw-handler/raw-handler.server.ts";
import { answerChatForm } from "#app/routes/chat/submit.server.ts";
import { answerHealthz } from "#app/routes/ops/health.server.ts";
import { prepareAgentEvents, prepareCustomerEvents } from "#app/routes/streams/events.server.ts";

/**
 * The URLs that the raw handler answers instead of Remix. Each URL also has a Remix route that calls the functions used
 * here.
 */
export const rawRoutes: RawRoutes = {
	streams: { "/chat/events": prepareCustomerEvents, "/admin/chat/events": prepareAgentEvents },
	forms: { "/chat/actions": answerChatForm },
	signals: { "/healthz": answerHealthz },
};
