import { eq } from "drizzle-orm";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { beforeAll, describe, expect, it } from "vitest";
import { SUPPORTED_LANGUAGES } from "#app/ai/language/languages.ts";
import { MessageBubble } from "#app/components/conversation/message-bubble.tsx";
import { endSession, takeOver } from "#app/models/chat-session/change.server.ts";
import { requireSession } from "#app/models/chat-session/find.server.ts";
import { getInboxEntries } from "#app/models/chat-session/inbox.server.ts";
import { customerLanguage } from "#app/models/chat-session/locale.ts";
import { noticeTexts } from "#app/models/chat-session/notice-texts.ts";
import { sessionForAgent } from "#app/models/chat-session/present.server.ts";
import { requestAgent } from "#app/models/chat-session/queue.server.ts";
import { expectedWaitText, type QueueFacts } from "#app/models/chat-session/queue-texts.ts";
import { waitTexts } from "#app/models/chat-session/wait-texts.ts";
import { toMessage } from "#app/models/message/present.server.ts";
import { db } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import { makeSession, messagesOf } from "#tests/factories.ts";
import { asAgent, asVisitor, type TestAgent } from "#tests/people.ts";

let agent: TestAgent;
beforeAll(async () => {
	agent = await asAgent("Ana Reis");
});

describe("a notice", () => {
	const notices = async (sessionId: string) =>
		(await messagesOf(sessionId)).filter(({ senderType }) => senderType === "system");

	it("is in the customer's language, with the agent's language beside it", async () => {
		const ana = await asVisitor();
		const sessionId = await makeSession(ana.identity, "Meine Lampe ist beschädigt angekommen.");
		await setLanguage(sessionId, "de");
		await requestAgent(sessionId, { type: "customer", identity: ana.identity });
		await takeOver(sessionId, { agentId: agent.agentId, name: "Ana Reis" });
		await endSession(sessionId, { type: "customer", identity: ana.identity });
		const said = await notices(sessionId);
		expect(said.map(({ message }) => message)).toEqual([
			"Wir haben jemanden aus unserem Team dazugebeten.",
			"Ana Reis ist dem Gespräch beigetreten.",
			"Dieses Gespräch ist beendet.",
		]);
		expect(said[0]?.metadata).toMatchObject({ notice: "queued", language: "de", reason: "requested" });
		expect(said[1]?.metadata.translation).toEqual({
			from: "de",
			to: "en",
			text: "Ana Reis has joined the conversation.",
			state: "done",
		});
		const shown = (side: "user" | "agent") =>
			renderToStaticMarkup(createElement(MessageBubble, { message: toMessage(said[2]!), side }));
		expect(shown("user")).toContain('lang="de"');
		expect(shown("user")).toContain("Dieses Gespräch ist beendet.");
		expect(shown("agent")).toContain("This conversation has ended.");
		expect(shown("agent")).not.toContain("Gespräch");
	});

	it("is in English, and unmarked, when there are no texts in the customer's language", async () => {
		const { identity } = await asVisitor();
		const sessionId = await makeSession(identity, "Lampan är trasig.");
		await setLanguage(sessionId, "sv");
		await requestAgent(sessionId, { type: "customer", identity });
		const [said] = await notices(sessionId);
		expect(said?.message).toBe("We've asked a member of our team to join.");
		expect(said?.metadata).not.toHaveProperty("language");
		expect(said?.metadata).not.toHaveProperty("translation");
	});

	it("has every text in every language of the assistant, and says when agents are back", () => {
		const closed: QueueFacts = {
			position: 1,
			state: "closed",
			recentWaitSeconds: null,
			deadline: null,
			opensAt: "2026-11-30T09:00:00.000Z",
			timeZone: "Europe/Lisbon",
			canEmail: false,
		};
		for (const language of SUPPORTED_LANGUAGES) {
			expect(noticeTexts(`${language}-XX`).language).toBe(language);
			expect(waitTexts(language).language).toBe(language);
			const away = expectedWaitText(closed, waitTexts(language));
			expect(away, language).toMatch(/09:00 \(Europe\/Lisbon\)/);
			expect(away, language).toMatch(/\b30\b/);
			const waited = expectedWaitText(
				{ ...closed, state: "waiting", recentWaitSeconds: 240 },
				waitTexts(language),
			);
			expect(waited, language).toMatch(/4/);
			const { called, overdue, left } = noticeTexts(language).texts;
			for (const text of [called, overdue, left("Ana")]) expect(text, language).not.toMatch(/\p{N}/u);
		}
		expect(expectedWaitText(closed, waitTexts("de"))).toBe(
			"Wir sind gerade nicht da. Wieder da sind wir: Montag, 30. November, 09:00 (Europe/Lisbon).",
		);
	});
});

it("shows agents the language that the customer writes, not the one that the browser requested", async () => {
	const { identity } = await asVisitor();
	const sessionId = await makeSession(identity, "Wo ist meine Bestellung?");
	await setLanguage(sessionId, "de");
	const [entry] = await getInboxEntries([sessionId]);
	expect(entry?.language).toBe("de");
	expect(sessionForAgent(await requireSession(sessionId, { type: "customer", identity }))).toMatchObject({
		locale: "en",
		language: "de",
	});
	expect(customerLanguage({ locale: "de-AT", detectedLanguage: "de" })).toBe("de-AT");
});

const setLanguage = (sessionId: string, detectedLanguage: string) =>
	db.update(chatSessions).set({ detectedLanguage }).where(eq(chatSessions.sessionId, sessionId));
