import { getApiKey, isApiKey } from "#app/models/api-key/api-key.server.ts";
import type { Actor } from "#app/models/chat-session/scope.server.ts";
import { NotFound, Unauthorised } from "#app/models/errors.ts";
import { getCustomerIdentity, requireTokenIdentity } from "./customer.server.ts";

/** The token in an Authorization header; null when there is none. */
export function readBearerToken(request: Request): string | null {
	return /^Bearer +(\S+)$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ?? null;
}

/** The actor (who makes a request) of a bearer token: a customer, or a program with an API key. @throws Unauthorised */
export async function requireBearer(request: Request): Promise<Actor> {
	const token = readBearerToken(request);
	if (!token) throw new Unauthorised("Send a token: Authorization: Bearer …");
	if (isApiKey(token)) {
		const key = await getApiKey(token);
		if (!key) throw new Unauthorised("The API key is unknown or has been revoked.");
		return { type: "api-key", name: key.name };
	}
	return { type: "customer", identity: await requireTokenIdentity(token) };
}

/**
 * The actor (who makes a request) that reads a session, identified by a bearer token or else by the visitor's cookie.
 * @throws Unauthorised for an invalid token; NotFound for a browser without a visitor id, or whose cookie was revoked.
 */
export async function requireReader(request: Request): Promise<Actor> {
	if (request.headers.has("Authorization")) return requireBearer(request);
	const { visitorId, customerId } = await getCustomerIdentity(request);
	if (!visitorId) throw new NotFound("There is no such conversation.");
	return { type: "customer", identity: { visitorId, customerId } };
}
