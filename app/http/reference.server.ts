import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { currentRequest } from "#app/realtime/disconnect.server.ts";

const references = new WeakMap<IncomingMessage, string>();

/**
 * Eight characters that name the request being served: the person can quote them, and the log has them next
 * to the cause. The same for all of one request; a new one where no request is being served.
 */
export function requestReference(): string {
	const request = currentRequest();
	const reference = (request && references.get(request)) ?? randomUUID().slice(0, 8);
	if (request) references.set(request, reference);
	return reference;
}
