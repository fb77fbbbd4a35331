import { createHash } from "node:crypto";
import { redirect } from "@remix-run/node";
import { eq } from "drizzle-orm";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import { canonicalEmail } from "#app/models/email/address.server.ts";
import { db } from "#db/client.server.ts";
import { chatAgents } from "#db/schema.ts";
import { auth } from "./better-auth.server.ts";
import { makeKnownBrowserCookie } from "./known-browser.server.ts";
import { admitLoginAttempt } from "./login-attempts.server.ts";

/** The agent of a login. `id` is the agent's id, and `userId` is the id of the agent's account in better-auth. */
export type Agent = { id: string; userId: string; name: string; email: string };

/**
 * The signed-in agent, or null. The login is not renewed, because only a page's response is certain to give the
 * browser the new cookie (see `readLogin`). A login that stays valid longer than its cookie would only help somebody
 * who has stolen the cookie.
 */
export async function getAgent(request: Request): Promise<Agent | null> {
	return (await findLogin(request, { disableRefresh: true })).agent;
}

/**
 * The signed-in agent, or null, for page loaders. A login that is a day old is renewed.
 * @returns the agent and the response headers, which renew the cookie when the login was renewed.
 */
export async function readLogin(request: Request): Promise<{ agent: Agent | null; headers: Headers }> {
	return findLogin(request, { disableRefresh: false });
}

/** The signed-in agent, for actions. @throws a redirect to the login page, which returns to this page afterwards. */
export async function requireAgent(request: Request): Promise<Agent> {
	return (await getAgent(request)) ?? sendToLogin(request);
}

/** The signed-in agent, for page loaders; renews the login (see `readLogin`). @throws a redirect to the login page. */
export async function requireAgentOnPage(request: Request): Promise<{ agent: Agent; headers: Headers }> {
	const { agent, headers } = await readLogin(request);
	return { agent: agent ?? sendToLogin(request), headers };
}

function sendToLogin(request: Request): never {
	const url = new URL(request.url);
	const next = request.method === "GET" ? `?next=${encodeURIComponent(url.pathname + url.search)}` : "";
	throw redirect(`/admin/login${next}`);
}

async function findLogin(request: Request, query: { disableRefresh: boolean }) {
	const none = { agent: null, headers: new Headers() };
	if (!request.headers.has("Cookie")) return none;
	const found = await auth.api
		.getSession({ headers: request.headers, query, returnHeaders: true })
		.catch((error: unknown) => {
			// An error here means that the login ended between reading and renewing it.
			if (isRefusal(error)) return null;
			throw error;
		});
	if (!found?.response) return none;
	const { user } = found.response;
	const [row] = await db
		.select({ id: chatAgents.id })
		.from(chatAgents)
		.where(eq(chatAgents.userId, user.id))
		.limit(1);
	if (!row) return none;
	const headers = new Headers();
	for (const cookie of found.headers.getSetCookie()) headers.append("Set-Cookie", cookie);
	return { agent: { id: row.id, userId: user.id, name: user.name, email: user.email }, headers };
}

/**
 * Signs an agent in with email address and password. Attempts for one account may have to wait, and are refused only
 * for seconds (`admitLoginAttempt`). For an unknown email address the counts and the duration are the same.
 * @returns the headers with the login's cookies, or null when email and password do not match.
 * @throws TooMany with the seconds to wait.
 */
export async function signInAgent(
	request: WithHeaders,
	input: { email: string; password: string },
): Promise<Headers | null> {
	// The rate limit's key is a hash of the email address, because the input may have any length and characters that
	// Postgres cannot store.
	const email = canonicalEmail(input.email);
	const account = createHash("sha256")
		.update(email ?? input.email.toLowerCase())
		.digest("base64url");
	const attempt = await admitLoginAttempt(request, account);
	if (email === null) {
		// For text that is no email address the password is hashed too, so that the answer takes as long as for a valid
		// address.
		await (await auth.$context).password.hash(input.password);
		return null;
	}
	try {
		const body = { username: email, password: input.password };
		const { headers } = await auth.api.signInUsername({ body, returnHeaders: true });
		await attempt.succeed();
		headers.append("Set-Cookie", await makeKnownBrowserCookie(account));
		return headers;
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return null;
	}
}

/** Ends the agent's login. @returns the headers that clear the login's cookies. */
export async function signOutAgent(request: Request): Promise<Headers> {
	const { headers } = await auth.api.signOut({ headers: request.headers, returnHeaders: true });
	return headers;
}

function isRefusal(error: unknown): error is { statusCode: number } {
	const status = (error as { statusCode?: unknown }).statusCode;
	return typeof status === "number" && status >= 400 && status < 500;
}
