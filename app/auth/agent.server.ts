import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { redirect } from "@remix-run/node";
import { eq } from "drizzle-orm";
import { countOnly, countSender, forgetSender, uncount } from "#app/http/rate-limit.server.ts";
import { canonicalEmail } from "#app/models/email-address.server.ts";
import { db } from "#db/client.server.ts";
import { chatAgents } from "#db/schema.ts";
import { auth } from "./better-auth.server.ts";

/** The agent behind a login. `id` is the agent's, not the user's. */
export type Agent = { id: string; userId: string; name: string; email: string };

/**
 * The agent who is signed in, or null. The login is not prolonged: only a page can be sure that the browser gets
 * the new cookie too (see `readLogin`), and a row that outlives its cookie helps nobody but a thief of it.
 */
export async function getAgent(request: Request): Promise<Agent | null> {
	return (await findLogin(request, { disableRefresh: true })).agent;
}

/**
 * The agent who is signed in, or null, for the loaders of pages: prolongs a login that is a day old.
 * @returns also the headers to answer with, which renew the cookie when the login was prolonged.
 */
export async function readLogin(request: Request): Promise<{ agent: Agent | null; headers: Headers }> {
	return findLogin(request, { disableRefresh: false });
}

/** The agent who is signed in, for actions. @throws a redirect to the login page, which brings them back here. */
export async function requireAgent(request: Request): Promise<Agent> {
	return (await getAgent(request)) ?? sendToLogin(request);
}

/** The same for the loaders of pages, which prolong the login: see `readLogin`. */
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
	const nobody = { agent: null, headers: new Headers() };
	if (!request.headers.has("Cookie")) return nobody;
	const found = await auth.api
		.getSession({ headers: request.headers, query, returnHeaders: true })
		.catch((error: unknown) => {
			// The login ended between reading and prolonging it.
			if (isRefusal(error)) return null;
			throw error;
		});
	if (!found?.response) return nobody;
	const { user } = found.response;
	const [row] = await db
		.select({ id: chatAgents.id })
		.from(chatAgents)
		.where(eq(chatAgents.userId, user.id))
		.limit(1);
	if (!row) return nobody;
	const headers = new Headers();
	for (const cookie of found.headers.getSetCookie()) headers.append("Set-Cookie", cookie);
	return { agent: { id: row.id, userId: user.id, name: user.name, email: user.email }, headers };
}

/**
 * Checks e-mail and password. Who tries one account from many addresses is slowed down and not refused, or the
 * agent could be locked out: the right password gets in after at most MOST_DELAY_MS, whoever else tries.
 * What is counted and how long it takes is the same for e-mails that no agent has.
 * @returns the headers that carry the login's cookies, or null when they do not match.
 * @throws TooMany after ten failures for this e-mail or a hundred tries in all from one address (IPv6: a /64, and
 * four times as many from its /56) within a quarter of an hour.
 */
export async function signInAgent(input: { email: string; password: string }): Promise<Headers | null> {
	// Hashed, because an e-mail comes as anybody typed it: of any length, and with what Postgres cannot store.
	const email = canonicalEmail(input.email);
	const account = createHash("sha256")
		.update(email ?? input.email.toLowerCase())
		.digest("base64url");
	await countSender("loginsFromAddress");
	const usesFromHere = await countSender("logins", account);
	const { uses } = await countOnly("loginsOfAccount", account);
	const delayMs = loginDelayMs(uses);
	if (delayMs > 0) await sleep(delayMs);
	if (email === null) {
		// As long as for an address that no agent has, for which better-auth hashes the password too.
		await (await auth.$context).password.hash(input.password);
		return null;
	}
	try {
		const body = { username: email, password: input.password };
		const { headers } = await auth.api.signInUsername({ body, returnHeaders: true });
		await forgetSender("logins", account);
		await uncount("loginsOfAccount", account, usesFromHere);
		return headers;
	} catch (error) {
		if (!isRefusal(error)) throw error;
		return null;
	}
}

/** Tries for one account, within the count's span, that are not slowed down: what one address may use up. */
const TRIES_WITHOUT_DELAY = 10;
const FIRST_DELAY_MS = 500;
/** The longest that a right password waits, in milliseconds. */
export const MOST_DELAY_MS = 5_000;

/** How long the nth try for an account waits, in milliseconds: twice as long each time, up to the longest. */
export function loginDelayMs(uses: number): number {
	const beyond = uses - TRIES_WITHOUT_DELAY;
	return beyond <= 0 ? 0 : Math.min(MOST_DELAY_MS, FIRST_DELAY_MS * 2 ** (beyond - 1));
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
