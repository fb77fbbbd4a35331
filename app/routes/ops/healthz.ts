import { toResponse } from "#app/http/respond.server.ts";
import { answerHealthz } from "./health.server.ts";

/** GET /healthz in Remix. When the raw handler is in use, it answers this URL and the route is not called. */
export const loader = (): Response => toResponse(answerHealthz());
