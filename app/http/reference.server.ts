import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { currentRequest } from "#app/realtime/disconnect.server.ts";

const references = new WeakMap<IncomingMessage, string>();

/**
 * An id of eight characters for the request being served: the user can quote it, and the log has it next to the
 * cause. It is the same throughout a request; outside a request each call returns a new one.
 */
export function requestReference(): string {
	const request = currentRequest();
	const reference = (request && references.get(request)) ?? randomUUID().slice(0, 8);
	if (request) references.set(request, reference);
	return reference;
}
