import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { answerSession } from "#app/ai/reply.server.ts";
import { setEnv } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { sendCodeWithRetries } from "#app/jobs/send-code.server.ts";
import { startWorker } from "#app/jobs/worker.server.ts";
import { loader as agentPage } from "#app/routes/admin/conversation/page.tsx";
import { action as submitScripted } from "#app/routes/chat/actions.ts";
import { action as submitPlain } from "#app/routes/chat/page.tsx";
import { db, sql } from "#db/client.server.ts";
import { customers, emailCodes, orders } from "#db/schema.ts";
import { makeSession, messagesOf, resetRateLimits, sessionRow } from "#tests/factories.ts";
import { asAgent, asCustomer, asVisitor, type TestCustomer } from "#tests/people.ts";
import { bodyOf, call, form, get } from "#tests/request.ts";
import { callsTools, startOpenAiServer, streamsText } from "#tests/setup/openai-server.ts";
import { startSmtpServer } from "#tests/setup/smtp-server.ts";
import { until } from "#tests/setup/until.ts";

let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
let stopWorker: (graceMs: number) => Promise<void>;

beforeAll(async () => {
	smtp = await startSmtpServer();
	setEnv({ SMTP_URL: smtp.url, MAIL_FROM: "Corner Shop <help@corner.example>" });
	stopWorker = startWorker();
});
afterAll(async () => {
	await stopWorker(0);
	setEnv({ SMTP_URL: "", MAIL_FROM: "" });
	await smtp.close();
});
beforeEach(async () => {
	await resetRateLimits();
	smtp.emails.length = 0;
});
afterEach(() => setEnv({ SMTP_URL: smtp.url, OPENAI_API_KEY: "", OPENAI_BASE_URL: "" }));

/** A customer of the store with one order, who has not signed in to the chat. */
async function makeBuyer() {
	const id = `buyer_${randomUUID().slice(0, 8)}`;
	const email = `${id}@mail.example`;
	const number = `W${7_000_000 + Math.floor(Math.random() * 999_999)}`;
	await db.insert(customers).values({ id, name: "Buyer", email: email.replace("buyer", "Buyer") });
	const item = { name: "Brass bell", productId: "b", itemId: "b1", priceCents: 900, options: {} };
	await db
		.insert(orders)
		.values({ number, customerId: id, status: "pending", items: [item], totalCents: 900 });
	return { id, email, number };
}

const post = (who: TestCustomer, fields: Record<string, string>) =>
	call(submitPlain, form("/chat", fields, who.cookie));
const askForCode = (who: TestCustomer, sessionId: string, email: string) =>
	post(who, { intent: "send-code", sessionId, email });
const enter = (who: TestCustomer, sessionId: string, code: string) =>
	post(who, { intent: "enter-code", sessionId, code });

async function codeSentTo(email: string): Promise<string> {
	return until(() => {
		const received = smtp.emails.findLast(({ to }) => to.includes(email));
		const code = /Your code is (\d{6})/.exec(received?.text ?? "")?.[1];
		if (!code) throw new Error("No email yet.");
		return code;
	});
}

const otherThan = (code: string): string => (code === "000000" ? "000001" : "000000");
const lastMessageText = async (sessionId: string) => (await messagesOf(sessionId)).at(-1)?.message ?? "";

it("answers an anonymous customer's first question after they have typed the code", async () => {
	const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
	const sessionId = await makeSession(visitor.identity, `Where is my order ${buyer.number}?`);
	await answerSession(sessionId);
	const offer = await until(async () => {
		const last = (await messagesOf(sessionId)).at(-1);
		expect(last?.metadata.identify).toBe("code");
		return last;
	});
	expect(offer?.message).toMatch(/Sign in.*send a code/);

	expect((await askForCode(visitor, sessionId, ` ${buyer.email.toUpperCase()} `)).status).toBe(303);
	const code = await codeSentTo(buyer.email);
	const [email] = smtp.emails;
	expect(email).toMatchObject({ from: "help@corner.example", to: [buyer.email] });
	expect(email?.text).toMatch(new RegExp(`^Subject: ${code} is your code$`, "m"));
	expect(email?.text).toMatch(/^Content-Type: text\/plain/m);
	expect(email?.text).not.toMatch(/https?:|<html|<img/i);

	const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
	expect((await enter(visitor, sessionId, spaced)).status).toBe(303);
	expect(await sessionRow(sessionId)).toMatchObject({ verifiedEmail: buyer.email, userId: null });
	await until(async () =>
		expect(await lastMessageText(sessionId)).toContain(`received order ${buyer.number}`),
	);
	const marks = (await messagesOf(sessionId)).map((message) => message.metadata);
	expect(marks.filter((mark) => mark.codeEntry).map((mark) => mark.codeEntry?.state)).toEqual(["done"]);

	const agent = await asAgent("Hugo");
	const page = await bodyOf<{ verifiedEmail: string; orders: { number: string }[] }>(
		await call(agentPage, get(`/admin/chat/${sessionId}`, agent), { sessionId }),
	);
	expect(page).toMatchObject({ verifiedEmail: buyer.email, orders: [{ number: buyer.number }] });
});

const inDigitsFrom = (zero: number) => (code: string) =>
	[...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
const splitBy = (between: string) => (code: string) => `${code.slice(0, 3)}${between}${code.slice(3)}`;

it.each<[string, (code: string) => string]>([
	["Arabic-Indic digits", inDigitsFrom(0x660)],
	["Persian digits", inDigitsFrom(0x6f0)],
	["Devanagari digits", inDigitsFrom(0x966)],
	["full width digits", inDigitsFrom(0xff10)],
	["an en dash", splitBy("–")],
	["a non-breaking hyphen", splitBy("\u2011")],
	["a minus sign", splitBy("−")],
	["an ideographic space", splitBy("\u3000")],
	["a word joiner and a soft hyphen", splitBy("\u2060\u00ad")],
	["direction marks around it", (code) => `\u200e${code}\u200f\u200b`],
	["an isolate around it, and a no-break space", (code) => `\u2068${code}\u2069\u00a0`],
	["a Braille blank between the digits", (code) => [...code].join("\u2800")],
])("takes a code written with %s", async (_, written) => {
	const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
	const sessionId = await makeSession(visitor.identity);
	await askForCode(visitor, sessionId, `\u200b${buyer.email}\u200e `);
	expect((await enter(visitor, sessionId, written(await codeSentTo(buyer.email)))).status).toBe(303);
	expect(await sessionRow(sessionId)).toMatchObject({ verifiedEmail: buyer.email });
});

it("gives access to that address's orders only, in that session only, and for a day", async () => {
	const [visitor, buyer, other] = [await asVisitor(), await makeBuyer(), await makeBuyer()];
	const sessionId = await makeSession(visitor.identity);
	await askForCode(visitor, sessionId, buyer.email);
	await enter(visitor, sessionId, await codeSentTo(buyer.email));
	const model = await startOpenAiServer(
		callsTools([
			{ name: "get_order", arguments: { number: buyer.number } },
			{ name: "get_order", arguments: { number: other.number } },
			{ name: "list_orders", arguments: {} },
			{ name: "request_cancellation", arguments: { number: other.number, reason: null } },
		]),
		streamsText("So it is."),
	);
	try {
		setEnv({ OPENAI_API_KEY: "k", OPENAI_BASE_URL: model.url });
		const results = async (place: string, who: TestCustomer) => {
			const before = model.requests.length;
			await post(who, { intent: "send", message: "My orders?", sessionId: place });
			await until(async () => expect(await lastMessageText(place)).toBe("So it is."));
			const request = model.requests.slice(before).find(({ body }) => body.messages.at(-1)?.role === "tool");
			return (request?.body.messages ?? [])
				.filter(({ role }) => role === "tool")
				.map(({ content }) => String(content));
		};
		const [own = "", foreign, list = "", cancelled] = await results(sessionId, visitor);
		expect(own).toContain(buyer.number);
		expect(JSON.parse(list).orders).toHaveLength(1);
		for (const result of [foreign, cancelled]) expect(JSON.parse(String(result)).error).toBe("not_found");
	} finally {
		await model.close();
	}
	setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" });
	const ask = async (place: string, who: TestCustomer) => {
		await post(who, { intent: "send", message: `Where is order ${buyer.number}?`, sessionId: place });
		await until(async () => expect((await messagesOf(place)).at(-1)?.senderType).toBe("bot"));
		return lastMessageText(place);
	};
	expect(await ask(sessionId, visitor)).toContain("received order");
	await sql`update chat_sessions set verified_at = now() - interval '24 hours 1 second' where session_id = ${sessionId}`;
	expect(await ask(sessionId, visitor)).toMatch(/^Sign in/);
	await sql`update chat_sessions set verified_at = now() where session_id = ${sessionId}`;
	await post(visitor, { intent: "end", sessionId });
	const next = await makeSession(visitor.identity);
	expect(await ask(next, visitor)).toMatch(/^Sign in/);
});

describe("a code", () => {
	it("is void after three wrong attempts, even if it is right then", async () => {
		const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
		const sessionId = await makeSession(visitor.identity);
		await askForCode(visitor, sessionId, buyer.email);
		const code = await codeSentTo(buyer.email);
		const texts: string[] = [];
		for (const typed of [otherThan(code), otherThan(code), otherThan(code), code]) {
			const response = await enter(visitor, sessionId, typed);
			expect(response.status).toBe(422);
			texts.push(
				(await bodyOf<{ problem: { fieldErrors: { code: string[] } } }>(response)).problem.fieldErrors
					.code[0] ?? "",
			);
		}
		expect(texts).toEqual([
			"That is not the code. You can try twice more.",
			"That is not the code. You can try once more.",
			"That code does not count any more. Please ask for a new one.",
			"That code does not count any more. Please ask for a new one.",
		]);
		expect((await sessionRow(sessionId)).verifiedEmail).toBeNull();
	});

	it("allows three attempts also to concurrent requests", async () => {
		const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
		const sessionId = await makeSession(visitor.identity);
		await askForCode(visitor, sessionId, buyer.email);
		const code = await codeSentTo(buyer.email);
		await Promise.all(Array.from({ length: 12 }, () => enter(visitor, sessionId, otherThan(code))));
		const [row] = await db.select().from(emailCodes).where(eq(emailCodes.sessionId, sessionId));
		expect(row?.tries).toBe(3);
	});

	it("is void after ten minutes, after its use, and after a newer one was requested", async () => {
		const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
		const sessionId = await makeSession(visitor.identity);
		await askForCode(visitor, sessionId, buyer.email);
		const first = await codeSentTo(buyer.email);
		const [row] = await db.select().from(emailCodes).where(eq(emailCodes.sessionId, sessionId));
		const left = (row?.expiresAt.getTime() ?? 0) - Date.now();
		expect(left).toBeGreaterThan(9 * 60_000);
		expect(left).toBeLessThanOrEqual(10 * 60_000);
		await sql`update email_codes set expires_at = now() - interval '1 second' where session_id = ${sessionId}`;
		expect((await enter(visitor, sessionId, first)).status).toBe(422);

		smtp.emails.length = 0;
		await askForCode(visitor, sessionId, buyer.email);
		const second = await codeSentTo(buyer.email);
		smtp.emails.length = 0;
		await askForCode(visitor, sessionId, buyer.email);
		const third = await codeSentTo(buyer.email);
		if (second !== third) expect((await enter(visitor, sessionId, second)).status).toBe(422);
		expect((await enter(visitor, sessionId, third)).status).toBe(303);
		await sql`update chat_sessions set verified_email = null where session_id = ${sessionId}`;
		expect((await enter(visitor, sessionId, third)).status).toBe(422);
		expect((await sessionRow(sessionId)).verifiedEmail).toBeNull();
	});

	it("is valid when it was requested by several clicks at once, of which one is sent", async () => {
		for (let round = 0; round < 6; round++) {
			await resetRateLimits();
			const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
			const sessionId = await makeSession(visitor.identity);
			await Promise.all(Array.from({ length: 5 }, () => askForCode(visitor, sessionId, buyer.email)));
			const code = await codeSentTo(buyer.email);
			expect((await enter(visitor, sessionId, code)).status).toBe(303);
			expect(smtp.emails.filter(({ to }) => to.includes(buyer.email))).toHaveLength(1);
		}
	});

	it("is useless in another session, and for anybody else in this one", async () => {
		const [visitor, thief, buyer] = [await asVisitor(), await asVisitor(), await makeBuyer()];
		const sessionId = await makeSession(visitor.identity);
		const thiefs = await makeSession(thief.identity);
		await askForCode(visitor, sessionId, buyer.email);
		const code = await codeSentTo(buyer.email);
		expect((await enter(thief, thiefs, code)).status).toBe(422);
		expect((await enter(thief, sessionId, code)).status).toBe(404);
		expect((await askForCode(thief, sessionId, buyer.email)).status).toBe(404);
		expect((await sessionRow(thiefs)).verifiedEmail).toBeNull();
	});

	it("is stored only as a hash that the table alone cannot reverse", async () => {
		const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
		const sessionId = await makeSession(visitor.identity);
		await askForCode(visitor, sessionId, buyer.email);
		const code = await codeSentTo(buyer.email);
		const [row] = await db.select().from(emailCodes).where(eq(emailCodes.sessionId, sessionId));
		expect(JSON.stringify(row)).not.toContain(code);
		expect(row?.codeHash).toMatch(/^[\w-]{43}$/);
		expect(JSON.stringify(await messagesOf(sessionId))).not.toContain(code);
	});

	it.each(["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "12345\0"])("is not %j", async (code) => {
		const visitor = await asVisitor();
		const sessionId = await makeSession(visitor.identity);
		expect((await enter(visitor, sessionId, code)).status).toBe(422);
	});
});

describe("whether the store knows an email address", () => {
	it("is not revealed by the response, the event log, the attempts or the limits", async () => {
		const [one, two, buyer] = [await asVisitor(), await asVisitor(), await makeBuyer()];
		const stranger = `nobody_${randomUUID().slice(0, 7)}@mail.example`;
		const course = async (who: TestCustomer, email: string) => {
			const sessionId = await makeSession(who.identity);
			const answers = [];
			for (let step = 0; step < 6; step++) {
				const response = await call(
					submitScripted,
					form("/chat/actions", { intent: "send-code", sessionId, email }, who.cookie),
				);
				answers.push([response.status, response.headers.get("Retry-After") !== null, await response.text()]);
			}
			for (let step = 0; step < 4; step++) {
				const response = await enter(who, sessionId, "000000");
				answers.push([response.status, await response.text()]);
			}
			const messages = (await messagesOf(sessionId)).map(({ message, metadata }) => [message, metadata]);
			return JSON.stringify({ answers, messages })
				.replaceAll(sessionId, "SESSION")
				.replaceAll(email, "EMAIL")
				.replaceAll(/in \d+ seconds/g, "");
		};
		expect(await course(one, buyer.email)).toBe(await course(two, stranger));
		await codeSentTo(buyer.email);
		// Emails are sent in the order in which they were requested.
		const [last, next] = [await asVisitor(), await makeBuyer()];
		await askForCode(last, await makeSession(last.identity), next.email);
		await codeSentTo(next.email);
		expect(smtp.emails.flatMap(({ to }) => to)).not.toContain(stranger);
	});

	it("is not looked up before the response: the time is the same when the mail server hangs", async () => {
		const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
		const sessionId = await makeSession(visitor.identity);
		const [before] = await sql`select count(*)::int as letters from email_codes`;
		await askForCode(visitor, sessionId, buyer.email);
		expect(smtp.emails).toEqual([]);
		expect(await sql`select count(*)::int as letters from email_codes`).not.toEqual([before]);
		await codeSentTo(buyer.email);
	});
});

describe("requesting codes", () => {
	it("is limited for a visitor, and for a mailbox over all visitors", async () => {
		const buyer = await makeBuyer();
		const statuses: number[] = [];
		for (let round = 0; round < 3; round++) {
			const visitor = await asVisitor();
			const sessionId = await makeSession(visitor.identity);
			for (let step = 0; step < 6; step++)
				statuses.push((await askForCode(visitor, sessionId, buyer.email)).status);
		}
		expect(statuses).toEqual([
			...[303, 303, 303, 303, 303, 429],
			...[303, 303, 303, 303, 303, 429],
			...[429, 429, 429, 429, 429, 429],
		]);
	});

	it.each(["", "x", "a@b", "a@b.c\r\nBcc: d@e.example", `${"a".repeat(260)}@mail.example`])(
		"is refused for %j",
		async (email) => {
			const visitor = await asVisitor();
			const sessionId = await makeSession(visitor.identity);
			expect((await askForCode(visitor, sessionId, email)).status).toBe(422);
		},
	);

	it("is not offered, and is refused, when email cannot be sent", async () => {
		setEnv({ SMTP_URL: "" });
		const visitor = await asVisitor();
		const sessionId = await makeSession(visitor.identity, "Where is my order W1234567?");
		await until(async () =>
			expect((await messagesOf(sessionId)).at(-1)?.metadata).toMatchObject({ identify: "sign-in" }),
		);
		expect((await askForCode(visitor, sessionId, "a@b.example")).status).toBe(409);
	});

	it.each([
		["was busy first", { busyFor: 2 }, 0],
		["hung up after it, when it may have it", { hangsUp: true }, 1],
	])("is sent once to a mail server that %s", async (_, way, failures) => {
		const server = await startSmtpServer(way);
		setEnv({ SMTP_URL: server.url });
		const failed = vi.spyOn(log, "error").mockImplementation(() => {});
		const warned = vi.spyOn(log, "warn").mockImplementation(() => {});
		try {
			const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
			const sessionId = await makeSession(visitor.identity);
			await askForCode(visitor, sessionId, buyer.email);
			await until(() => expect(server.emails).toHaveLength(1));
			await until(() => expect(failed).toHaveBeenCalledTimes(failures));
			expect(warned).toHaveBeenCalledTimes(1 - failures);
			// The arrival of the next email shows that all earlier emails were sent.
			await askForCode(visitor, sessionId, buyer.email);
			await until(() => expect(server.emails).toHaveLength(2));
			const [first, second] = server.emails.map(({ text }) => /Your code is (\d{6})/.exec(text)?.[1]);
			expect(first).not.toBe(second);
		} finally {
			failed.mockRestore();
			warned.mockRestore();
			await server.close();
		}
	});

	it("does not send a code after another has been requested", async () => {
		const away = await startSmtpServer({ busyFor: 1 });
		setEnv({ SMTP_URL: away.url });
		const warned = vi.spyOn(log, "warn").mockImplementation(() => {});
		try {
			const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
			const sessionId = await makeSession(visitor.identity);
			await askForCode(visitor, sessionId, buyer.email);
			await until(() => expect(warned).toHaveBeenCalledTimes(1));
			const [old] = await db.select().from(emailCodes).where(eq(emailCodes.sessionId, sessionId));
			await askForCode(visitor, sessionId, buyer.email);
			await until(() => expect(away.emails).toHaveLength(1));
			await sendCodeWithRetries(
				{ codeId: old?.id ?? "", email: buyer.email, code: "123456", evenIfUnknown: true },
				new AbortController().signal,
			);
			expect(away.emails).toHaveLength(1);
		} finally {
			warned.mockRestore();
			await away.close();
		}
	});

	it("has the same response when the mail server refuses, and logs once by id without address or code", async () => {
		const refusing = await startSmtpServer({ refuses: true });
		setEnv({ SMTP_URL: refusing.url });
		const logged = vi.spyOn(log, "error").mockImplementation(() => {});
		try {
			const [visitor, buyer] = [await asVisitor(), await makeBuyer()];
			const sessionId = await makeSession(visitor.identity);
			expect((await askForCode(visitor, sessionId, buyer.email)).status).toBe(303);
			await until(() => expect(logged).toHaveBeenCalledTimes(1));
			const [row] = await db.select().from(emailCodes).where(eq(emailCodes.sessionId, sessionId));
			expect(logged.mock.calls[0]?.[0]).toMatchObject({ codeId: row?.id, note: "EENVELOPE 550" });
			expect(JSON.stringify(logged.mock.calls)).not.toContain(buyer.email);
		} finally {
			logged.mockRestore();
			await refusing.close();
		}
	});
});

it("lets a signed-in customer change their email address to a proved one, without access to others' orders", async () => {
	const [ada, buyer] = [await asCustomer(), await makeBuyer()];
	const email = `new_${randomUUID().slice(0, 8)}@mail.example`;
	const sessionId = await makeSession(ada.identity);
	await askForCode(ada, sessionId, email);
	await enter(ada, sessionId, await codeSentTo(email));
	const model = await startOpenAiServer(
		callsTools([
			{ name: "update_contact", arguments: { number: null, address: null, email } },
			{ name: "update_contact", arguments: { number: null, address: null, email: buyer.email } },
		]),
		streamsText("Please confirm."),
	);
	try {
		setEnv({ OPENAI_API_KEY: "k", OPENAI_BASE_URL: model.url });
		await post(ada, { intent: "send", message: `My address is ${email} now`, sessionId });
		const card = await until(async () => {
			const cards = (await messagesOf(sessionId)).flatMap((message) => message.metadata.proposal ?? []);
			expect(cards).toHaveLength(1);
			return cards[0];
		});
		await post(ada, { intent: "confirm-action", sessionId, actionId: String(card?.id) });
	} finally {
		await model.close();
	}
	const [row] = await db.select().from(customers).where(eq(customers.id, ada.customerId));
	expect(row?.email).toBe(email);
});
