import { setEnv } from "#app/env.server.ts";

/** One chat session and its customer's credentials. */
export type ChatSession = { sessionId: string; token: string; cookie: string };

/** The sessions and credentials of a run. */
export type Participants = {
	talks: ChatSession[];
	/** The login cookie of the agent to whom all sessions of the run are assigned. */
	agentCookie: string;
	/** Bearer token of a program. */
	apiKey: string;
};

const AGENT = { email: "chaos@store.test", name: "Robin", password: "many-small-faults" };

/**
 * Creates the agent and the API key of a test run in the database, and opens the sessions through a server.
 * @param env the environment of the servers.
 */
export async function createParticipants(options: {
	env: Record<string, string>;
	url: string;
	talks: number;
}): Promise<Participants> {
	setEnv({ ...options.env, LISTEN_DATABASE_URL: "" });
	const { createAgent } = await import("#app/models/agent/agent.server.ts");
	const { createApiKey } = await import("#app/models/api-key/api-key.server.ts");
	const { closeDatabase } = await import("#db/client.server.ts");
	await createAgent(AGENT);
	const { key } = await createApiKey({ name: "Order system" });
	// The run breaks connections, so the connections that are not needed any more are closed before.
	await closeDatabase();
	const talks: ChatSession[] = [];
	for (let index = 0; index < options.talks; index += 1) talks.push(await openChatSession(options.url));
	return { talks, agentCookie: await signIn(options.url), apiKey: key };
}

/** Opens a session as a new visitor. */
export async function openChatSession(url: string): Promise<ChatSession> {
	const response = await fetch(`${url}/api/chat/sessions`, {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: "{}",
	});
	if (response.status !== 201) throw new Error(`A conversation could not be opened: ${response.status}.`);
	const { sessionId, token } = (await response.json()) as { sessionId: string; token: string };
	return { sessionId, token, cookie: cookieOf(token) };
}

async function signIn(url: string): Promise<string> {
	const response = await fetch(`${url}/admin/login`, {
		method: "POST",
		body: new URLSearchParams({ email: AGENT.email, password: AGENT.password }),
		redirect: "manual",
	});
	if (response.status !== 302) throw new Error(`The agent could not sign in: ${response.status}.`);
	return response.headers
		.getSetCookie()
		.map((cookie) => cookie.split(";")[0])
		.join("; ");
}

/** Encodes a token as the app's cookie: a JSON string in base64, percent-encoded. */
const cookieOf = (token: string) =>
	`mevi_customer=${encodeURIComponent(Buffer.from(JSON.stringify(token)).toString("base64"))}`;
