import { beforeEach, describe, expect, it } from "vitest";
import { answerSession } from "#app/ai/reply.server.ts";
import { env } from "#app/env.server.ts";
import { countFeedback } from "#app/models/ai-turn/feedback.server.ts";
import { hub } from "#app/realtime/hub.server.ts";
import { action as submitScripted } from "#app/routes/chat/actions.ts";
import { loader as chatPage, action as submitPlain } from "#app/routes/chat/page.tsx";
import { db } from "#db/client.server.ts";
import { chatSessions } from "#db/schema.ts";
import {
	makeSession,
	messagesOf,
	resetRateLimits,
	sessionRow,
	sessionsOf,
	unusedId,
} from "#tests/factories.ts";
import {
	apiKey,
	asCustomer,
	asVisitor,
	cookiesFrom,
	forgedTokens,
	signIdentityToken,
} from "#tests/people.ts";
import { bodyOf, call, form, get, type Sender } from "#tests/request.ts";

type Fields = Record<string, string>;
type Refusal = {
	problem: { status: number; detail: string; fieldErrors?: Record<string, string[]> };
	typed: Record<string, string>;
	intent: string;
};

const plain = (fields: Fields, as: Sender) => call(submitPlain, form("/chat", fields, as));
const scripted = (fields: Fields, as: Sender) => call(submitScripted, form("/chat/actions", fields, as));
const page = async (as: Sender, query = "") =>
	bodyOf<PageData>(await call(chatPage, get(`/chat${query}`, as)));
type PageData = {
	session: { sessionId: string; status: string; tags: string[]; intent: string | null } | null;
	messages: { message: string; seq: number }[];
	lastSeq: number;
	customerName: string | null;
	clientMessageId: string;
};

/** Checks that a form without scripts succeeded: it redirects to the page. */
function expectBack(response: Response) {
	expect(response.status).toBe(303);
	expect(response.headers.get("Location")).toBe("/chat");
}

beforeEach(resetRateLimits);

describe("a message that was written under another identity", () => {
	it("is not sent, and is sent for a visitor who has signed in", async () => {
		const ada = await asVisitor();
		const owner = async (as: Sender) =>
			(await bodyOf<{ owner: string }>(await call(chatPage, get("/chat", as)))).owner;
		const written = {
			intent: "send",
			message: "Mine",
			clientMessageId: "owned-1",
			owner: await owner(ada.cookie),
		};
		const ben = await asVisitor();
		expect(await owner(ben.cookie)).not.toBe(written.owner);
		const refused = await scripted(written, ben.cookie);
		expect(refused.status).toBe(403);
		expect(await sessionsOf(ben.identity.visitorId)).toEqual([]);
		expect((await scripted(written, ada.cookie)).status).toBe(200);
		const identity = await signIdentityToken("owner_who_signs_in");
		const signedIn = {
			headers: { Cookie: cookiesFrom(await scripted({ intent: "sign-in", identity }, ada.cookie)) },
		};
		expect(await owner(signedIn)).not.toBe(written.owner);
		const later = { ...written, message: "From the guest's page", clientMessageId: "owned-2" };
		expect((await scripted(later, signedIn)).status).toBe(200);
		expect((await scripted({ ...later, owner: "somebody-else" }, signedIn)).status).toBe(403);
	});
});

describe("the page", () => {
	it("gives a new visitor a cookie, and creates no session", async () => {
		const before = await db.$count(chatSessions);
		const [one, two] = [await call(chatPage, get("/chat")), await call(chatPage, get("/chat"))];
		expect(one.headers.get("Set-Cookie")).toMatch(/^mevi_customer=.*Path=\/; HttpOnly; SameSite=Lax$/);
		expect(cookiesFrom(one)).not.toBe(cookiesFrom(two));
		expect(await bodyOf(one)).toMatchObject({ session: null, messages: [] });
		const again = await call(chatPage, get("/chat", { headers: { Cookie: cookiesFrom(one) } }));
		expect(again.headers.get("Set-Cookie")).toBeNull();
		expect(await db.$count(chatSessions)).toBe(before);
	});

	it("marks the cookie Secure only where the store's address is https", async () => {
		const { setEnv } = await import("#app/env.server.ts");
		setEnv({ PUBLIC_URL: "https://chat.example.com" });
		try {
			expect((await call(chatPage, get("/chat"))).headers.get("Set-Cookie")).toMatch(/; Secure/);
		} finally {
			setEnv({ PUBLIC_URL: "" });
		}
	});

	it("treats a forged cookie like a missing one", async () => {
		const { cookie } = await asCustomer();
		const real = cookie.headers?.Cookie ?? "";
		const forged = Object.values(
			await forgedTokens({ vid: unusedId() }, "guess".repeat(10), "mevi-customer"),
		);
		const values = forged.map((token) => Buffer.from(JSON.stringify(token)).toString("base64"));
		for (const value of [...values, "", "%%%", "e30=", "bnVsbA==", real.slice(14, -4)]) {
			const response = await call(chatPage, get("/chat", { headers: { Cookie: `mevi_customer=${value}` } }));
			expect(response.status).toBe(200);
			expect(response.headers.get("Set-Cookie")).not.toBeNull();
		}
	});

	it("shows the messages before a position, and survives any number there", async () => {
		const ada = await asVisitor();
		await makeSession(ada.identity, "One", "Two", "Three");
		const shown = async (before: string) =>
			(await page(ada.cookie, `?before=${before}`)).messages.map((message) => message.message);
		expect(await shown("3")).toEqual(["One", "Two"]);
		for (const before of ["0", "-1", "1e15", "99999999999", "1.5", "NaN", "x", ""]) {
			expect([before, (await shown(before)).length]).toEqual([before, 3]);
		}
	});
});

describe("sending", () => {
	it("creates a session with the first message and returns to the page", async () => {
		const ada = await asVisitor();
		expectBack(await plain({ intent: "send", message: "Hello\nthere", clientMessageId: "one" }, ada.cookie));
		const { session, messages } = await page(ada.cookie);
		expect(session?.status).toBe("assistant");
		expect(messages.map((message) => message.message)).toEqual(["Hello\nthere"]);
	});

	it("keeps a new visitor who posts without having loaded the page", async () => {
		const response = await plain({ intent: "send", message: "Straight in" }, {});
		expectBack(response);
		const { messages } = await page({ headers: { Cookie: cookiesFrom(response) } });
		expect(messages.map((message) => message.message)).toEqual(["Straight in"]);
	});

	it("takes the language from the browser, if it is valid", async () => {
		const asked: [string, string][] = [
			["de-AT,de;q=0.8", "de-AT"],
			["*", "en"],
			["<script>", "en"],
			[`en-${"aaaaaaaa-".repeat(500)}a`, "en"],
		];
		for (const [header, locale] of asked) {
			const ada = await asVisitor();
			await plain(
				{ intent: "send", message: "Hi" },
				{ headers: { ...ada.cookie.headers, "Accept-Language": header } },
			);
			expect((await sessionsOf(ada.identity.visitorId)).map((row) => row.locale)).toEqual([locale]);
		}
	});

	it("creates one session and writes one message when the first form is sent twice at once", async () => {
		const ada = await asVisitor();
		const fields = { intent: "send", message: "Hello", clientMessageId: "double-click", sessionId: "" };
		const answers = await Promise.all(Array.from({ length: 6 }, () => plain(fields, ada.cookie)));
		for (const answer of answers) expectBack(answer);
		const [session, ...others] = await sessionsOf(ada.identity.visitorId);
		expect(others).toEqual([]);
		expect(await messagesOf(String(session?.sessionId))).toHaveLength(1);
	});

	it("puts different first messages that are sent at once into one session, from whichever tab", async () => {
		const ada = await asVisitor();
		await Promise.all(
			["a", "b", "c", "d"].map((message) =>
				scripted({ intent: "send", message, clientMessageId: message }, ada.cookie),
			),
		);
		const sessions = await sessionsOf(ada.identity.visitorId);
		expect(sessions).toHaveLength(1);
		expect((await messagesOf(String(sessions[0]?.sessionId))).map((message) => message.seq)).toEqual([
			1, 2, 3, 4,
		]);
	});

	it("writes a message once also when it is sent again after the session has ended", async () => {
		const ada = await asVisitor();
		const fields = { intent: "send", message: "Hello", clientMessageId: "late" };
		await plain(fields, ada.cookie);
		await plain({ intent: "end" }, ada.cookie);
		expectBack(await plain(fields, ada.cookie));
		expect(await sessionsOf(ada.identity.visitorId)).toHaveLength(1);
	});

	it("creates a new session when the one on the page has ended: no typed text is refused for that", async () => {
		const ada = await asVisitor();
		await plain({ intent: "send", message: "Before" }, ada.cookie);
		const [first] = await sessionsOf(ada.identity.visitorId);
		await plain({ intent: "end" }, ada.cookie);
		const sent = await scripted(
			{ intent: "send", message: "After", sessionId: String(first?.sessionId) },
			ada.cookie,
		);
		const { sessionId } = await bodyOf<{ sessionId: string }>(sent);
		expect(sessionId).not.toBe(first?.sessionId);
		expect((await messagesOf(sessionId)).map((message) => message.message)).toEqual(["After"]);
	});

	it("answers the page's scripts with the message", async () => {
		const ada = await asVisitor();
		const response = await scripted({ intent: "send", message: "Hi", clientMessageId: "js-1" }, ada.cookie);
		expect(response.status).toBe(200);
		expect(response.headers.get("Cache-Control")).toBe("no-store");
		const body = await bodyOf<{ sessionId: string }>(response);
		expect(body).toEqual({
			sessionId: expect.any(String),
			message: expect.objectContaining({
				message: "Hi",
				clientMessageId: "js-1",
				seq: 1,
				sessionId: body.sessionId,
			}),
			page: expect.objectContaining({ session: expect.objectContaining({ sessionId: body.sessionId }) }),
		});
		const next = { intent: "send", message: "More", sessionId: body.sessionId };
		expect(await bodyOf(await scripted(next, ada.cookie))).toMatchObject({ page: null });
	});

	it.each([
		["nothing", "", "Write a message first."],
		["only blanks", " \n\t ", "Write a message first."],
		["a zero width space", "\u200b", "Write a message first."],
		["a soft hyphen and a direction mark", "\u00ad\u200e", "Write a message first."],
		["Braille blanks and Hangul fillers", "\u2800\u3164\u115f\u1160\uffa0", "Write a message first."],
		["a variation selector and a tag", "\ufe0f\u{e0020}\u180e", "Write a message first."],
		["10,001 characters", "x".repeat(10_001), "10,000"],
		["NUL", "before\0after", "NUL"],
	])(
		"returns the text that was typed when it is %s, explains it, and creates nothing",
		async (_, message, why) => {
			const ada = await asVisitor();
			const response = await plain({ intent: "send", message }, ada.cookie);
			expect(response.status).toBe(422);
			const refusal = await bodyOf<Refusal>(response);
			expect(refusal).toMatchObject({ intent: "send", typed: { message: message.replace(/\n/g, "\r\n") } });
			expect(refusal.problem.fieldErrors?.message?.[0]).toContain(why);
			expect(await sessionsOf(ada.identity.visitorId)).toEqual([]);
		},
	);

	it.each(["Longest", "汉"])(
		"accepts the longest permitted message, of %s, in a plain form",
		async (word) => {
			const ada = await asVisitor();
			expectBack(await plain({ intent: "send", message: word.repeat(10_000).slice(0, 10_000) }, ada.cookie));
		},
	);

	it("counts a line end as one character although a form sends two", async () => {
		const ada = await asVisitor();
		expectBack(await plain({ intent: "send", message: "a\n".repeat(5_000) }, ada.cookie));
	});

	it("returns the text of the 31st message in a minute, and says when to send it again", async () => {
		const ada = await asVisitor();
		await makeSession(ada.identity, ...Array.from({ length: 30 }, (_, index) => `Message ${index}`));
		const response = await plain({ intent: "send", message: "One too many" }, ada.cookie);
		expect(response.status).toBe(429);
		expect(Number(response.headers.get("Retry-After"))).toBeGreaterThanOrEqual(1);
		expect(await bodyOf<Refusal>(response)).toMatchObject({
			typed: { message: "One too many" },
			intent: "send",
		});
	});

	it.each(["abc", unusedId(), "' or 1=1", "\ud800", "x".repeat(10_000)])(
		"ignores an invalid session id: %s",
		async (sessionId) => {
			const ada = await asVisitor();
			expectBack(await plain({ intent: "send", message: "Hi", sessionId }, ada.cookie));
			expect(await sessionsOf(ada.identity.visitorId)).toHaveLength(1);
		},
	);

	it("never writes into another customer's session, even if the form names it", async () => {
		const [ada, ben] = await Promise.all([asVisitor(), asVisitor()]);
		const hers = await makeSession(ada.identity, "Private");
		expectBack(await plain({ intent: "send", message: "Hi Ada", sessionId: hers }, ben.cookie));
		expect(await messagesOf(hers)).toHaveLength(1);
		expect(await sessionsOf(ben.identity.visitorId)).toHaveLength(1);
	});
});

describe("requesting an agent", () => {
	it("works before the first message, and once, however often it is clicked", async () => {
		const ada = await asVisitor();
		const answers = await Promise.all(
			Array.from({ length: 5 }, () => plain({ intent: "request-agent" }, ada.cookie)),
		);
		for (const answer of answers) expectBack(answer);
		const [session, ...others] = await sessionsOf(ada.identity.visitorId);
		expect(others).toEqual([]);
		expect(session?.status).toBe("queued");
		const [notice, ...more] = await messagesOf(String(session?.sessionId));
		expect(notice?.message).toBe("We've asked a member of our team to join.");
		expect(more).toEqual([]);
	});

	it("supersedes the turn", async () => {
		const ada = await asVisitor();
		await plain({ intent: "send", message: "Hello" }, ada.cookie);
		await plain({ intent: "request-agent" }, ada.cookie);
		const { getLatestTurn } = await import("#app/models/ai-turn/ai-turn.server.ts");
		const [session] = await sessionsOf(ada.identity.visitorId);
		expect((await getLatestTurn(String(session?.sessionId)))?.state).toBe("superseded");
	});

	it("is refused with 409 once it has ended", async () => {
		const ada = await asVisitor();
		await makeSession(ada.identity);
		await plain({ intent: "end" }, ada.cookie);
		const response = await plain({ intent: "request-agent" }, ada.cookie);
		expect(response.status).toBe(409);
		expect(await bodyOf<Refusal>(response)).toMatchObject({ intent: "request-agent" });
	});
});

describe("a button beside the composer", () => {
	it("returns the draft, also when it ends the session", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Hello");
		for (const intent of ["request-agent", "end"]) {
			const response = await plain({ intent, sessionId, message: "Half a sentence" }, ada.cookie);
			expect([intent, response.status]).toEqual([intent, 200]);
			expect(await bodyOf(response)).toEqual({ problem: null, draft: "Half a sentence" });
		}
		expect((await sessionRow(sessionId)).status).toBe("ended");
		expect((await page(ada.cookie)).messages.map(({ message }) => message)).not.toContain("Half a sentence");
		expectBack(await plain({ intent: "send", message: "Anew" }, ada.cookie));
	});
});

describe("ending and rating", () => {
	it("ends once, and keeps the newest rating", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "Bye");
		expectBack(await plain({ intent: "end", sessionId }, ada.cookie));
		const { endedAt } = await sessionRow(sessionId);
		expectBack(await plain({ intent: "end", sessionId }, ada.cookie));
		expect((await sessionRow(sessionId)).endedAt).toEqual(endedAt);
		for (const rating of ["1", "5"])
			expectBack(await plain({ intent: "rate", rating, sessionId }, ada.cookie));
		expect((await sessionRow(sessionId)).customerSatisfactionRating).toBe(5);
	});

	it("is refused without a session", async () => {
		const { cookie } = await asVisitor();
		for (const intent of ["end", "typing"]) expect((await plain({ intent }, cookie)).status).toBe(404);
		expect((await plain({ intent: "rate", rating: "5" }, cookie)).status).toBe(404);
	});

	it.each(["0", "6", "-1", "2.5", "five", "", " ", "1e1", "[1]"])("refuses %j stars", async (rating) => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		await plain({ intent: "end", sessionId }, ada.cookie);
		const response = await plain({ intent: "rate", rating, sessionId }, ada.cookie);
		expect(response.status).toBe(422);
		expect((await bodyOf<Refusal>(response)).problem.fieldErrors?.rating).toEqual(["Choose 1 to 5 stars."]);
		expect((await sessionRow(sessionId)).customerSatisfactionRating).toBeNull();
	});

	it("refuses a rating of an open session", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		expect((await plain({ intent: "rate", rating: "5", sessionId }, ada.cookie)).status).toBe(409);
	});

	it("is limited, so that ratings cannot fill the event log", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		await plain({ intent: "end", sessionId }, ada.cookie);
		const answers = await Promise.all(
			Array.from({ length: 65 }, (_, index) =>
				plain({ intent: "rate", rating: `${(index % 5) + 1}` }, ada.cookie),
			),
		);
		expect(answers.filter((answer) => answer.status === 429).length).toBeGreaterThanOrEqual(5);
	});
});

describe("feedback on an answer", () => {
	const statusOf = async (fields: Fields, as: Sender) =>
		(await plain({ intent: "feedback", ...fields }, as)).status;

	it("is counted once for each answer, and the newest one counts", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "hello");
		await answerSession(sessionId);
		const messageId = (await messagesOf(sessionId)).find(({ senderType }) => senderType === "bot")?.id ?? "";
		const before = await countFeedback(1);
		expectBack(await plain({ intent: "feedback", messageId, helpful: "yes", sessionId }, ada.cookie));
		expectBack(await plain({ intent: "feedback", messageId, helpful: "yes", sessionId }, ada.cookie));
		expect(await countFeedback(1)).toEqual({ ...before, helpful: before.helpful + 1 });
		const answer = await scripted({ intent: "feedback", messageId, helpful: "no", sessionId }, ada.cookie);
		expect(answer.status).toBe(200);
		expect(await countFeedback(1)).toEqual({ ...before, unhelpful: before.unhelpful + 1 });
	});

	it("is refused for other messages, other customers and other words", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity, "hello");
		await answerSession(sessionId);
		const messages = await messagesOf(sessionId);
		const idOf = (sender: string) => messages.find(({ senderType }) => senderType === sender)?.id ?? "";
		const before = await countFeedback(1);
		const { cookie: bob } = await asVisitor();
		const answer = { messageId: idOf("bot"), helpful: "yes", sessionId };
		expect(await statusOf(answer, bob)).toBe(404);
		expect(await statusOf({ messageId: idOf("bot"), helpful: "yes" }, bob)).toBe(404);
		expect(await statusOf({ ...answer, messageId: idOf("user") }, ada.cookie)).toBe(404);
		expect(await statusOf({ ...answer, messageId: unusedId() }, ada.cookie)).toBe(404);
		for (const wrong of [{ helpful: "maybe" }, { helpful: "" }, { messageId: "1" }, { messageId: "" }])
			expect(await statusOf({ ...answer, ...wrong }, ada.cookie)).toBe(422);
		expect(await countFeedback(1)).toEqual(before);
	});

	it("is limited", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		const fields = { messageId: unusedId(), helpful: "yes", sessionId };
		const statuses = await Promise.all(Array.from({ length: 65 }, () => statusOf(fields, ada.cookie)));
		expect(statuses.filter((status) => status === 429).length).toBeGreaterThanOrEqual(5);
	});
});

describe("typing and receipts", () => {
	it("informs the agents that somebody types, and never the customer's own stream", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		const receivedEvents: string[] = [];
		const listen = (stream: "public" | "internal") =>
			hub.subscribe([
				[
					`${stream}:${sessionId}`,
					{
						cursor: 0,
						isWritable: () => true,
						deliver: () => {},
						deliverEphemeral: ([, type]) => receivedEvents.push(`${stream} ${type}`),
						disconnect: () => {},
					},
				],
			]);
		const leave = await Promise.all([listen("public"), listen("internal")]);
		expect((await scripted({ intent: "typing", sessionId }, ada.cookie)).status).toBe(200);
		expect(receivedEvents).toEqual(["internal user-typing"]);
		for (const away of leave) away();
	});

	it("marks messages as delivered and read, up to the named sequence", async () => {
		const [ada, key] = await Promise.all([asVisitor(), apiKey()]);
		const sessionId = await makeSession(ada.identity);
		const { postMessage } = await import("#app/models/message/post.server.ts");
		for (const message of ["One", "Two"])
			await postMessage(sessionId, { type: "api-key", name: key.name }, { message });
		await scripted({ intent: "delivered", seq: "2", sessionId }, ada.cookie);
		await scripted({ intent: "read", seq: "1", sessionId }, ada.cookie);
		const rows = await messagesOf(sessionId);
		expect(rows.map((row) => row.isRead)).toEqual([true, false]);
		expect(rows.every((row) => row.deliveredAt !== null)).toBe(true);
	});

	it.each(["-1", "1.5", "9999999999", "many", "NaN"])("refuses the sequence %s", async (seq) => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		for (const intent of ["read", "delivered"]) {
			expect((await scripted({ intent, seq, sessionId }, ada.cookie)).status).toBe(422);
		}
	});

	it("is limited for one visitor", async () => {
		const ada = await asVisitor();
		const sessionId = await makeSession(ada.identity);
		const answers = await Promise.all(
			Array.from({ length: 243 }, () => scripted({ intent: "typing", sessionId }, ada.cookie)),
		);
		expect(answers.filter((answer) => answer.status === 429)).toHaveLength(3);
	});
});

describe("signing in", () => {
	it("keeps the open session", async () => {
		const anonymous = await asVisitor();
		const sessionId = await makeSession(anonymous.identity, "Before I signed in");
		const identity = await signIdentityToken("mia_li_3668");
		const response = await plain({ intent: "sign-in", identity }, anonymous.cookie);
		expectBack(response);
		const signedIn = { headers: { Cookie: cookiesFrom(response) } };
		const seen = await page(signedIn);
		expect(seen.session?.sessionId).toBe(sessionId);
		expect(seen.customerName).toBe("mia_li_3668");
		expect((await sessionRow(sessionId)).userId).toBe("mia_li_3668");
		// The old cookie still has a visitor id, but the session now belongs to a customer.
		expect((await page(anonymous.cookie)).session).toBeNull();
	});

	it("as another customer shows nothing of the previous one, who keeps it", async () => {
		const anonymous = await asVisitor();
		const sessionId = await makeSession(anonymous.identity, "Secret");
		const signIn = async (id: string, cookie: string) => {
			const headers = { Cookie: cookie };
			return cookiesFrom(
				await plain({ intent: "sign-in", identity: await signIdentityToken(id) }, { headers }),
			);
		};
		const ada = await signIn("ada_first_1", anonymous.cookie.headers?.Cookie ?? "");
		expect((await page({ headers: { Cookie: ada } })).session?.sessionId).toBe(sessionId);
		const ben = await signIn("ben_second_2", ada);
		expect(await page({ headers: { Cookie: ben } })).toMatchObject({ session: null, messages: [] });
		await plain({ intent: "send", message: "Mine", sessionId }, { headers: { Cookie: ben } });
		expect((await messagesOf(sessionId)).map((message) => message.message)).toEqual(["Secret"]);
		const adaAgain = await signIn("ada_first_1", ben);
		expect((await page({ headers: { Cookie: adaAgain } })).session?.sessionId).toBe(sessionId);
	});

	it("accepts only what the store has signed", async () => {
		const { cookie, token } = await asVisitor();
		const forged = await forgedTokens({ sub: "noah_brown_6181" }, String(env().CUSTOMER_IDENTITY_SECRET));
		for (const [fault, identity] of Object.entries({ ...forged, "one of ours": token })) {
			const response = await plain({ intent: "sign-in", identity }, cookie);
			expect([fault, response.status, response.headers.get("Set-Cookie")]).toEqual([fault, 401, null]);
		}
	});
});

describe("an invalid form", () => {
	it.each([
		["no intent", {}],
		["an unknown intent", { intent: "delete-everything" }],
		["the name of every object's parent", { intent: "__proto__" }],
		["the name of every object's maker", { intent: "constructor" }],
	])("with %s is refused for it", async (_, fields) => {
		const { cookie } = await asVisitor();
		const response = await plain(fields as Fields, cookie);
		expect(response.status).toBe(422);
		expect(Object.keys((await bodyOf<Refusal>(response)).problem.fieldErrors ?? {})).toEqual(["intent"]);
	});

	it("cannot reach into objects by the names of its fields", async () => {
		const ada = await asVisitor();
		const fields = new URLSearchParams([
			["intent", "send"],
			["message", "Hi"],
			["__proto__", "polluted"],
			["__proto__[isAdmin]", "true"],
			["constructor.prototype.isAdmin", "true"],
			["toString", "x"],
			["hasOwnProperty", "x"],
		]);
		const request = new Request("http://chat.test/chat", {
			method: "POST",
			body: fields,
			headers: ada.cookie.headers,
		});
		expectBack(await call(submitPlain, request));
		expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
		expect(String({})).toBe("[object Object]");
	});

	it("uses the last of repeated fields, and never a list", async () => {
		const ada = await asVisitor();
		const body = "intent=rate&intent=send&message=One&message=Two";
		const headers = { ...ada.cookie.headers, "Content-Type": "application/x-www-form-urlencoded" };
		expectBack(
			await call(submitPlain, new Request("http://chat.test/chat", { method: "POST", body, headers })),
		);
		expect((await page(ada.cookie)).messages.map((message) => message.message)).toEqual(["Two"]);
	});

	it("may be multipart; a file in it is not a field", async () => {
		const ada = await asVisitor();
		const body = new FormData();
		body.set("intent", "send");
		body.set("message", "From a multipart form\r\nwith lines");
		body.set("sessionId", new Blob(["not a field"]), "x.txt");
		expectBack(
			await call(
				submitPlain,
				new Request("http://chat.test/chat", { method: "POST", body, headers: ada.cookie.headers }),
			),
		);
		expect((await page(ada.cookie)).messages.map((message) => message.message)).toEqual([
			"From a multipart form\nwith lines",
		]);
	});

	it.each([
		["multipart without its boundary", "multipart/form-data", "intent=send", 400],
		[
			"multipart that breaks off",
			"multipart/form-data; boundary=b",
			'--b\r\nContent-Disposition: form-data; name="a"',
			400,
		],
		["JSON", "application/json", '{"intent":"send"}', 415],
		["plain text", "text/plain", "intent=send", 415],
		["no type", "", "intent=send", 415],
		["too much", "application/x-www-form-urlencoded", `intent=send&message=${"%41".repeat(90_000)}`, 413],
		["too much in parts", "multipart/form-data; boundary=b", "x".repeat(264_000), 413],
	])("as %s is answered as such", async (_, type, body, status) => {
		const { cookie } = await asVisitor();
		const request = () => {
			const headers = { ...cookie.headers, "Content-Type": type };
			return new Request("http://chat.test/chat", { method: "POST", body, headers });
		};
		expect((await call(submitPlain, request())).status).toBe(status);
		const answer = await call(submitScripted, request());
		expect(answer.status).toBe(status);
		expect(answer.headers.get("Content-Type")).toMatch(/^application\/problem\+json/);
	});
});
