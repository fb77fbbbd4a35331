import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { setEnv } from "#app/env.server.ts";
import { log } from "#app/http/log.server.ts";
import { sendAnswerEmails } from "#app/jobs/send-answer-emails.server.ts";
import { createAgent } from "#app/models/agent/agent.server.ts";
import { takeOver } from "#app/models/chat-session/change.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { markDelivered } from "#app/models/message/receipts.server.ts";
import { sql } from "#db/client.server.ts";
import { makeSession } from "#tests/factories.ts";
import { asVisitor } from "#tests/people.ts";
import { startSmtpServer } from "#tests/setup/smtp-server.ts";

let smtp: Awaited<ReturnType<typeof startSmtpServer>>;
let agent: { type: "agent"; agentId: string; name: string };

beforeAll(async () => {
	const { agentId } = await createAgent({
		email: "a@shop.example",
		name: "Ana Reis",
		password: "a-long-password",
	});
	agent = { type: "agent", agentId, name: "Ana Reis" };
	setEnv({ RATE_LIMITS: "off", ASSISTANT: "off", PUBLIC_URL: "https://shop.example" });
	await useServer();
});
afterEach(async () => {
	await sql`delete from chat_sessions`;
	smtp.emails.length = 0;
});
afterAll(async () => {
	setEnv({ SMTP_URL: "", PUBLIC_URL: "" });
	await smtp.close();
});

async function useServer(options: Parameters<typeof startSmtpServer>[0] = {}) {
	await smtp?.close();
	smtp = await startSmtpServer(options);
	setEnv({ SMTP_URL: smtp.url });
}

/** A session whose customer left an email address, with agents' messages that are old enough to be emailed. */
async function answered(email: string | null, ...answers: string[]) {
	const { identity } = await asVisitor();
	const sessionId = await makeSession(identity, "Is the copper kettle back in stock?");
	await sql`update chat_sessions set contact_email = ${email} where session_id = ${sessionId}`;
	await takeOver(sessionId, agent);
	const write = async (message: string) => {
		await postMessage(sessionId, agent, { message });
		await sql`update chat_messages set sent_at = sent_at - interval '3 minutes' where session_id = ${sessionId}`;
	};
	for (const message of answers) await write(message);
	return { sessionId, identity, write };
}

it("go in one email, each once, however many processes send, with a link to the session", async () => {
	const { write } = await answered("bo@mail.example", "Good morning.", "It is back on Friday.");
	await Promise.all([sendAnswerEmails(), sendAnswerEmails(), sendAnswerEmails()]);
	await sendAnswerEmails();
	expect(smtp.emails).toHaveLength(1);
	expect(smtp.emails[0]?.to).toEqual(["bo@mail.example"]);
	const text = smtp.emails[0]?.text ?? "";
	expect(text).toMatch(/Ana Reis wrote:[\s\S]*Good morning\.[\s\S]*It is back on Friday\./);
	expect(text).toContain("https://shop.example/chat");
	await write("And it is **cheaper** now, see `W1` at https://shop.example/w1.");
	await sendAnswerEmails();
	expect(smtp.emails).toHaveLength(2);
	expect(smtp.emails[1]?.text).toContain("And it is cheaper now, see W1 at https://shop.example/w1.");
	expect(smtp.emails[1]?.text).not.toContain("Friday");
});

it("wait until the agent has paused", async () => {
	const { sessionId } = await answered("bo@mail.example", "Good morning.");
	await postMessage(sessionId, agent, { message: "One moment, I look." });
	await sendAnswerEmails();
	expect(smtp.emails).toHaveLength(0);
});

it.each<[string, (asked: Awaited<ReturnType<typeof answered>>) => Promise<unknown>]>([
	[
		"has the conversation open",
		({ sessionId }) => sql`
		insert into presence_leases (party, process, until)
		values (${`customer:${sessionId}`}, gen_random_uuid(), now() + interval '30 seconds')`,
	],
	[
		"has seen them",
		({ sessionId, identity }) => markDelivered(sessionId, { type: "customer", identity }, 99),
	],
	[
		"has written on",
		({ sessionId, identity }) =>
			postMessage(sessionId, { type: "customer", identity }, { message: "Thank you" }),
	],
])("do not go to a customer who %s", async (_, meanwhile) => {
	await meanwhile(await answered("bo@mail.example", "It is back on Friday."));
	await sendAnswerEmails();
	expect(smtp.emails).toHaveLength(0);
});

it("do not go where no address was left or no email can be sent", async () => {
	await answered(null, "It is back on Friday.");
	await sendAnswerEmails();
	await answered("bo@mail.example", "It is back on Friday.");
	setEnv({ SMTP_URL: "" });
	await sendAnswerEmails();
	setEnv({ SMTP_URL: smtp.url });
	expect(smtp.emails).toHaveLength(0);
	await sendAnswerEmails();
	expect(smtp.emails).toHaveLength(1);
});

it.each([
	["puts them off", { busyFor: 1 }, "warn", 1],
	["hangs up when it may have them", { hangsUp: true }, "error", 1],
] as const)("are sent once to a mail server that %s", async (_, way, level, emails) => {
	await useServer(way);
	const logged = vi.spyOn(log, level).mockImplementation(() => {});
	try {
		await answered("bo@mail.example", "It is back on Friday.");
		await sendAnswerEmails();
		expect(logged).toHaveBeenCalledTimes(1);
		expect(JSON.stringify(logged.mock.calls)).not.toMatch(/bo@mail|Friday/);
		await sendAnswerEmails();
		expect(smtp.emails, "not before its time").toHaveLength(level === "warn" ? 0 : 1);
		await sql`update contact_letters set next_try_at = now()`;
		await sendAnswerEmails();
		await sendAnswerEmails();
		expect(smtp.emails).toHaveLength(emails);
	} finally {
		logged.mockRestore();
		await useServer();
	}
});
