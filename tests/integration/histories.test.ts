import { describe, expect, it } from "vitest";
import { listHistory, listMessages } from "#app/models/message/list.server.ts";
import { HISTORY_LIMIT } from "#app/realtime/events.ts";
import { sql } from "#db/client.server.ts";
import { makeBotMessages, makeSession } from "#tests/factories.ts";
import { asVisitor } from "#tests/people.ts";

describe("the newest messages of a session", () => {
	it("are those of a page of messages, also when many sessions are read at once", async () => {
		const sessions: string[] = [];
		for (let count = 0; count < 45; count += 1) {
			const sessionId = await makeSession((await asVisitor()).identity);
			if (count > 0) await makeBotMessages(sessionId, 1 + (count % 3));
			sessions.push(sessionId);
		}
		const [long = ""] = sessions.slice(7);
		await makeBotMessages(long, HISTORY_LIMIT + 5);
		await sql`
			update chat_messages set is_read = true, read_at = now(), delivered_at = now(), client_message_id = 'an id',
				metadata = '{"sources": [{"id": "1"}]}'
			where session_id = ${sessions[9] ?? ""} and seq = 1`;
		const histories = await Promise.all(sessions.map((sessionId) => listHistory(sessionId, 1_000)));
		for (const [index, sessionId] of sessions.entries()) {
			const { messages } = await listMessages(sessionId, { limit: HISTORY_LIMIT });
			expect(histories[index]).toEqual(messages);
		}
		expect(histories[0]).toEqual([]);
		expect(histories[7]).toHaveLength(HISTORY_LIMIT);
		expect(histories[9]?.[0]).toMatchObject({ isRead: true, clientMessageId: "an id" });
	});

	it("end at the given sequence, which may differ between readers of one session", async () => {
		const sessionId = await makeSession((await asVisitor()).identity);
		await makeBotMessages(sessionId, 5);
		const ends = [0, 2, 5, 5, Number.MAX_SAFE_INTEGER];
		const histories = await Promise.all(ends.map((upTo) => listHistory(sessionId, upTo)));
		expect(histories.map((history) => history.map(({ seq }) => seq))).toEqual([
			[],
			[1, 2],
			[1, 2, 3, 4, 5],
			[1, 2, 3, 4, 5],
			[1, 2, 3, 4, 5],
		]);
	});
});
