import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { redirect } from "@remix-run/node";
import { eq } from "drizzle-orm";
import { backoffMs } from "#app/backoff.ts";
import type { WithHeaders } from "#app/http/exchange.server.ts";
import { countOnly, countSender, forgetSender, uncount } from "#app/http/rate-limit.server.ts";
import { canonicalEmail } from "#app/models/email/address.server.ts";
import { db } from "#db/client.server.ts";
import { chatAgents } from "#db/schema.ts";
import { auth } from "./better-auth.server.ts";

/** The agent behind a login. `id` is the agent's, not the user's. */
export type Agent = { id: string; userId: string; name: string; email: string };

/**
 * The signed-in agent, or null. The login is not renewed: only a page can be sure that the browser also gets the new
 * cookie (see `readLogin`), and a row that outlives its cookie only helps a thief of the cookie.
 */
export async function getAgent(request: Request): Promise<Agent | null> {
	return (await findLogin(request, { disableRefresh: true })).agent;
}

/**
 * The signed-in agent, or null, for page loaders. It renews a login that is a day old.
 * @returns also the response headers, which renew the cookie when the login was renewed.
 */
export async function readLogin(request: Request): Promise<{ agent: Agent | null; headers: Headers }> {
	return findLogin(request, { disableRefresh: false });
}

/** The signed-in agent, for actions. @throws a redirect to the login page, which returns to this page afterwards. */
export async function requireAgent(request: Request): Promise<Agent> {
	return (await getAgent(request)) ?? sendToLogin(request);
}

/** The same for page loaders, which renew the login: see `readLogin`. */
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
			// The login ended between reading and renewing it.
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
 * Checks email and password. Attempts for one account from many addresses are slowed down and not refused, because
 * otherwise a stranger could lock the agent out: the correct password works after at most MAX_DELAY_MS. Counts and
 * duration are the same for unknown emails.
 * @returns the headers with the login's cookies, or null when email and password do not match.
 * @throws TooMany after ten failures for this email or a hundred attempts from one address (IPv6: a /64, and four
 * times as many from its /56) within 15 minutes.
 */
export async function signInAgent(
	request: WithHeaders,
	input: { email: string; password: string },
): Promise<Headers | null> {
	// Hashed, because the input may have any length and characters that Postgres cannot store.
	const email = canonicalEmail(input.email);
	const account = createHash("sha256")
		.update(email ?? input.email.toLowerCase())
		.digest("base64url");
	await countSender(request, "loginsFromAddress");
	const usesFromAddress = await countSender(request, "logins", account);
	const { uses } = await countOnly("loginsOfAccount", account);
	const delayMs = loginDelayMs(uses);
	if (delayMs > 0) await delay(delayMs);
	if (email === null) {
		// Takes as long as for an unknown email, for which better-auth also hashes the password.
		await (await auth.$context).password.hash(input.password);
		return null;
	}
	try {
		const body = { username: email, password: input.password };
		const { headers } = await auth.api.signInUsername({ body, returnHeaders: true });
		await forgetSender(request, "logins", account);
		await uncount("loginsOfAccount", account, usesFromAddress);
		return headers;
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return null;
	}
}

/** Attempts for one account, within the window of the count, without a delay: as many as one address may make. */
const ATTEMPTS_WITHOUT_DELAY = 10;
const FIRST_DELAY_MS = 500;
/** Longest delay of a correct password. */
export const MAX_DELAY_MS = 5_000;

/** Delay of the nth attempt for an account, in ms: doubled each time, up to MAX_DELAY_MS. */
export function loginDelayMs(uses: number): number {
	const delayedAttempts = uses - ATTEMPTS_WITHOUT_DELAY;
	return delayedAttempts <= 0
		? 0
		: backoffMs({ firstMs: FIRST_DELAY_MS, maxMs: MAX_DELAY_MS }, delayedAttempts);
}

/** Ends the login. @returns the headers that clear its cookies. */
export async function signOutAgent(request: Request): Promise<Headers> {
	const { headers } = await auth.api.signOut({ headers: request.headers, returnHeaders: true });
	return headers;
}

function isRefusal(error: unknown): error is { statusCode: number } {
	const status = (error as { statusCode?: unknown }).statusCode;
	return typeof status === "number" && status >= 400 && status < 500;
}
