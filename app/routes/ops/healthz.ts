import { toResponse } from "#app/http/respond.server.ts";
import { answerHealthz } from "./health.server.ts";

/** GET /healthz under Remix; with the raw handler this route is not called. */
export const loader = (): Response => toResponse(answerHealthz());
