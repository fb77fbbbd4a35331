import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createCookie } from "@remix-run/node";
import { signCustomerToken } from "#app/auth/token.server.ts";
import { CommandError } from "#commands/steps/command.ts";
import postgres from "#db/driver.ts";
import { runScript } from "#tests/setup/processes.ts";
import { startServerProcess } from "#tests/setup/server-process.ts";
import type { BenchDatabase } from "./database.ts";

/** A customer of the demo store with an open session. */
export type DemoCustomer = { sessionId: string; cookie: string; address: string };

/**
 * Starts one process of the built app with the demo store, with the assistant and all limits on, as in production.
 * @param env additional settings, such as a model.
 */
export async function startDemoServer(database: BenchDatabase, env: Record<string, string> = {}) {
	const databaseUrl = await database.create();
	const seeded = await runScript("commands/db-seed.ts", [], { DATABASE_URL: databaseUrl });
	if (seeded.code !== 0) throw new CommandError(`The demo store could not be written: ${seeded.stderr}`);
	const client = postgres(databaseUrl, { max: 2, onnotice: () => {} });
	const server = await startServerProcess({
		DATABASE_URL: databaseUrl,
		LISTEN_DATABASE_URL: "",
		BUS_URL: "",
		APP_SECRET: database.secret,
		RATE_LIMITS: "on",
		ASSISTANT: "on",
		OPENAI_API_KEY: "",
		NODE_OPTIONS: "",
		...env,
	});
	return {
		url: server.url,
		/** Creates customers with an open session each, who send from the given IP addresses. */
		async customers(addresses: string[]): Promise<DemoCustomer[]> {
			const rows = await client<{ sessionId: string; visitorId: string }[]>`
				insert into chat_sessions (visitor_id)
				select gen_random_uuid() from generate_series(1, ${addresses.length})
				returning session_id as "sessionId", visitor_id as "visitorId"`;
			const cookie = createCookie("mevi_customer");
			return Promise.all(
				rows.map(async ({ sessionId, visitorId }, index) => {
					const token = await signCustomerToken({ visitorId, customerId: null });
					const setCookie = await cookie.serialize(token);
					return { sessionId, cookie: setCookie.split(";")[0] ?? "", address: addresses[index] ?? "" };
				}),
			);
		},
		/**
		 * Posts a message in the customer's session, as the page does. @returns whether the server accepted the message.
		 */
		async post({ sessionId, cookie, address }: DemoCustomer, message: string): Promise<boolean> {
			const response = await fetch(`${server.url}/chat/actions`, {
				method: "POST",
				headers: {
					Cookie: cookie,
					Origin: server.url,
					"Sec-Fetch-Site": "same-origin",
					"X-Forwarded-For": address,
				},
				body: new URLSearchParams({ intent: "send", sessionId, message, clientMessageId: randomUUID() }),
			});
			await response.arrayBuffer();
			return response.status === 200;
		},
		/** Number of turns that are due or in progress. */
		async openTurns(): Promise<number> {
			const [row] = await client<{ count: number }[]>`
				select count(*)::int as count from ai_turns where state in ('due', 'running')`;
			return row?.count ?? 0;
		},
		/** Number of the assistant's messages in the session. */
		async answers({ sessionId }: DemoCustomer): Promise<number> {
			const [row] = await client<{ count: number }[]>`
				select count(*)::int as count from chat_messages
				where session_id = ${sessionId} and sender_type = 'bot'`;
			return row?.count ?? 0;
		},
		/**
		 * Waits until every English passage has an embedding, so that the work after the server's start is not measured.
		 */
		async untilIndexed(): Promise<void> {
			for (let tries = 0; tries < 1_200; tries += 1) {
				const [row] = await client<{ missing: number }[]>`
					select count(*)::int as missing from article_passages p
					where p.config = 'english' and not exists (
						select 1 from passage_vectors v where v.content_hash = p.content_hash and v.vector is not null)`;
				if (row?.missing === 0) return;
				await delay(100);
			}
			throw new CommandError("The passages of the demo store got no vectors within two minutes.");
		},
		async close(): Promise<void> {
			await server.end("SIGTERM");
			await client.end();
		},
	};
}

export type DemoServer = Awaited<ReturnType<typeof startDemoServer>>;
