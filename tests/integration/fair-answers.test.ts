import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { setEnv } from "#app/env.server.ts";
import { leaseTurn, promiseAnswer } from "#app/models/ai-turn.server.ts";
import { endSession } from "#app/models/chat-session/change.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { statementsIn, transact } from "#app/realtime/publish.server.ts";
import { sql } from "#db/client.server.ts";
import { makeSession } from "#tests/factories.ts";
import { asVisitor, type Chatter } from "#tests/people.ts";
import { startServerProcess, type TestServer } from "#tests/setup/server-process.ts";

beforeAll(() => setEnv({ RATE_LIMITS: "off" }));

const servers: TestServer[] = [];
afterEach(async () => {
	await Promise.all(servers.splice(0).map((server) => server.end("SIGKILL")));
});

const networksOf = async (sessionId: string) => {
	const rows = await sql<{ state: string; network: string }[]>`
		select state, network from ai_turns where session_id = ${sessionId} order by created_at, id`;
	return rows.map(({ state, network }) => [state, network]);
};

describe("the network of a question", () => {
	it("is stored with its turn by every way of posting, the same for one IPv4 address or IPv6 /56, and as no address", async () => {
		// Noted when it is stored, because the turn's end empties it.
		await sql`create table noted_networks (session_id uuid, network text)`;
		await sql.unsafe(`
			create function note_network() returns trigger language plpgsql as $$ begin
				insert into noted_networks values (new.session_id, new.network); return new;
			end $$;
			create trigger note_network after insert on ai_turns for each row execute function note_network()`);
		const [lane, remix] = await Promise.all(
			["on", "off"].map((STREAM_LANE) => startServerProcess({ STREAM_LANE, RATE_LIMITS: "off" })),
		);
		if (!lane || !remix) throw new Error("There is no server.");
		servers.push(lane, remix);
		const networkFrom = async (
			address: string,
			post: (sessionId: string, as: Chatter) => Promise<Response>,
		) => {
			const chatter = await asVisitor();
			const sessionId = await makeSession(chatter.identity);
			const response = await post(sessionId, chatter);
			expect(response.status, address).toBeLessThan(400);
			const [row] = await sql<{ network: string }[]>`
				select network from noted_networks where session_id = ${sessionId}`;
			return row?.network ?? null;
		};
		const byApi =
			(server: TestServer, address: string) =>
			(sessionId: string, { bearer }: Chatter) =>
				fetch(`${server.url}/api/chat/messages`, {
					method: "POST",
					headers: { "Content-Type": "application/json", "X-Forwarded-For": address, ...bearer.headers },
					body: JSON.stringify({ sessionId, message: "Hello" }),
				});
		const byForm =
			(server: TestServer, address: string, path: string) =>
			(sessionId: string, { cookie }: Chatter) =>
				fetch(`${server.url}${path}`, {
					method: "POST",
					redirect: "manual",
					headers: {
						Origin: server.url,
						"Sec-Fetch-Site": "same-origin",
						"X-Forwarded-For": address,
						...cookie.headers,
					},
					body: new URLSearchParams({ intent: "send", message: "Hello", sessionId }),
				});
		const from = (address: string) =>
			Promise.all([
				networkFrom(address, byApi(lane, address)),
				networkFrom(address, byForm(lane, address, "/chat")),
				networkFrom(address, byForm(lane, address, "/chat/actions")),
				networkFrom(address, byForm(remix, address, "/chat/actions")),
			]);
		const same = [
			["203.0.113.7", "::ffff:203.0.113.7"],
			["2001:db8:1:200::1", "2001:db8:1:2ff:a:b:c:d"],
		] as const;
		const keys = new Set<string | null>();
		for (const [one, other] of same) {
			const found = new Set([...(await from(one)), ...(await from(other))]);
			expect([one, found.size]).toEqual([one, 1]);
			for (const key of found) keys.add(key);
		}
		for (const address of ["203.0.113.8", "2001:db8:1:300::1"]) keys.add((await from(address))[0] ?? null);
		expect(keys.size).toBe(4);
		for (const key of keys) expect(key).toMatch(/^[\w-]{22}$/);
	}, 120_000);

	it("is that of the latest message, and is emptied when the turn ends or is superseded", async () => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity);
		const actor = { type: "customer", identity } as const;
		const say = (network?: string) => postMessage(sessionId, actor, { message: "Where is it?", network });
		await say("one");
		await say("two");
		expect(await networksOf(sessionId)).toEqual([["due", "two"]]);
		// A promise without a message, as after a sign-in, is the same customer's.
		await transact((tx) => promiseAnswer(statementsIn(tx), { sessionId, questionSeq: 2 }));
		expect(await networksOf(sessionId)).toEqual([["due", "two"]]);
		await sql`update ai_turns set due_at = now() where session_id = ${sessionId}`;
		expect(await leaseTurn(sessionId)).toMatchObject({ network: "two" });
		await say("three");
		expect(await networksOf(sessionId)).toEqual([
			["superseded", ""],
			["due", "three"],
		]);
		await endSession(sessionId, actor);
		expect(await networksOf(sessionId)).toEqual([
			["superseded", ""],
			["superseded", ""],
		]);
	});
});
