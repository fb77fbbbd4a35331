import { createHash } from "node:crypto";
import { redirect } from "@remix-run/node";
import { eq } from "drizzle-orm";
import { clientAddress } from "#app/http/client-address.server.ts";
import { countAgainst, forgetCount } from "#app/http/rate-limit.server.ts";
import { db } from "#db/client.server.ts";
import { chatAgents } from "#db/schema.ts";
import { auth } from "./better-auth.server.ts";

/** The agent behind a login. `id` is the agent's, not the user's. */
export type Agent = { id: string; userId: string; name: string; email: string };

/** The agent who is signed in, or null. */
export async function getAgent(request: Request): Promise<Agent | null> {
	if (!request.headers.has("Cookie")) return null;
	const login = await auth.api.getSession({ headers: request.headers });
	if (!login) return null;
	const [row] = await db
		.select({ id: chatAgents.id })
		.from(chatAgents)
		.where(eq(chatAgents.userId, login.user.id))
		.limit(1);
	if (!row) return null;
	return { id: row.id, userId: login.user.id, name: login.user.name, email: login.user.email };
}

/** The agent who is signed in. @throws a redirect to the login page, which brings them back here. */
export async function requireAgent(request: Request): Promise<Agent> {
	const agent = await getAgent(request);
	if (agent) return agent;
	const url = new URL(request.url);
	const next = request.method === "GET" ? `?next=${encodeURIComponent(url.pathname + url.search)}` : "";
	throw redirect(`/admin/login${next}`);
}

/**
 * Checks e-mail and password.
 * @returns the headers that carry the login's cookies, or null when they do not match.
 * @throws TooMany after ten failures for this address and e-mail, or a hundred tries from this address, within
 * a quarter of an hour.
 */
export async function signInAgent(input: { email: string; password: string }): Promise<Headers | null> {
	const address = clientAddress();
	// Hashed, because an e-mail comes as anybody typed it: of any length, and with what Postgres cannot store.
	const key = createHash("sha256").update(`${address}|${input.email.toLowerCase()}`).digest("base64url");
	await countAgainst("loginsFromAddress", address);
	await countAgainst("logins", key);
	try {
		const { headers } = await auth.api.signInEmail({ body: input, returnHeaders: true });
		await forgetCount("logins", key);
		return headers;
	} catch (error) {
		if (isRefusal(error)) return null;
		throw error;
	}
}

/** Ends the login. @returns the headers that clear its cookies. */
export async function signOutAgent(request: Request): Promise<Headers> {
	const { headers } = await auth.api.signOut({ headers: request.headers, returnHeaders: true });
	return headers;
}

function isRefusal(error: unknown): boolean {
	const status = (error as { statusCode?: unknown }).statusCode;
	return typeof status === "number" && status >= 400 && status < 500;
}
