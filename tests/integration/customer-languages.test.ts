import { afterEach, beforeAll, expect, it } from "vitest";
import { runCopilotTask } from "#app/ai/copilot/assist.server.ts";
import { answerSession } from "#app/ai/reply.server.ts";
import { setEnv } from "#app/env.server.ts";
import { translateSession } from "#app/jobs/translate-session.server.ts";
import { createEmptySession } from "#app/models/chat-session/create.server.ts";
import { getInboxEntries } from "#app/models/chat-session/inbox.server.ts";
import { postMessage } from "#app/models/message/post.server.ts";
import { resetSetting, saveSetting } from "#app/models/setting/store.server.ts";
import { action as agentActions } from "#app/routes/admin/conversation/actions.ts";
import { action as submitChat } from "#app/routes/chat/page.tsx";
import { sql } from "#db/client.server.ts";
import { messagesOf, sessionRow, sessionsOf } from "#tests/factories.ts";
import { asAgent, asVisitor, type TestAgent } from "#tests/people.ts";
import { call, form } from "#tests/request.ts";
import { type OpenAiServer, type Reply, startOpenAiServer, streamsText } from "#tests/setup/openai-server.ts";
import { until } from "#tests/setup/until.ts";

const SWEDISH = "Hej! Var är min beställning? Jag har väntat i två veckor på paketet.";
const SWEDISH_ANSWER = "Hej! Din beställning är på väg och kommer fram på fredag, enligt fraktbolaget.";

let agent: TestAgent;
let model: OpenAiServer | null = null;

beforeAll(async () => {
	setEnv({ RATE_LIMITS: "off" });
	agent = await asAgent("Ana Reis");
});
afterEach(async () => {
	await model?.close();
	model = null;
	setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "" });
	await resetSetting("agent_language");
	await sql`delete from answer_cache`;
});

async function withModel(...script: [Reply, ...Reply[]]): Promise<OpenAiServer> {
	model = await startOpenAiServer(...script);
	setEnv({ OPENAI_API_KEY: "sk-test", OPENAI_BASE_URL: model.url });
	return model;
}

async function conversationIn(locale: string, text: string): Promise<string> {
	const { identity } = await asVisitor();
	const sessionId = await createEmptySession(identity, { locale });
	await postMessage(sessionId, { type: "customer", identity }, { message: text });
	return sessionId;
}

const systemOf = (server: OpenAiServer, at = 0): string =>
	String(server.requests[at]?.body.messages[0]?.content ?? "");

it.each([
	["sv-SE", SWEDISH, SWEDISH_ANSWER, "Swedish (Sweden)"],
	[
		"fi",
		"Hei! Missä tilaukseni on? Olen odottanut pakettia jo kaksi viikkoa.",
		"Hei! Tilauksesi on matkalla ja saapuu perille perjantaina, kertoo kuljetusyhtiö.",
		"Finnish",
	],
	[
		"zh-TW",
		"請問我的訂單在哪裡?我已經等了兩個星期了。",
		"您的訂單正在路上。",
		"Traditional Chinese (Taiwan)",
	],
	["zh-Hant-HK", "請問我的訂單在哪裡?", "您的訂單正在路上。", "Traditional Chinese (Hong Kong SAR China)"],
	[
		"pt-BR",
		"Onde está o meu pedido? Já espero há duas semanas.",
		"O seu pedido está a caminho e chega na sexta-feira, segundo a transportadora.",
		"Brazilian Portuguese",
	],
])(
	"asks the model for the language of a page in %s, and keeps its answer",
	async (locale, text, answer, name) => {
		const server = await withModel(streamsText(answer));
		const sessionId = await conversationIn(locale, text);
		await answerSession(sessionId);
		expect((await messagesOf(sessionId)).at(-1)).toMatchObject({
			message: answer,
			metadata: expect.objectContaining({ language: locale }),
		});
		expect(systemOf(server)).toContain(`"answerIn":"${name}"`);
		expect(server.requests.length, "the answer was asked for once").toBe(1);
	},
);

it("names and checks no language when a customer clearly writes one without phrases", async () => {
	const server = await withModel(streamsText(SWEDISH_ANSWER));
	const sessionId = await conversationIn("en-US", SWEDISH);
	await answerSession(sessionId);
	expect((await messagesOf(sessionId)).at(-1)).toMatchObject({
		message: SWEDISH_ANSWER,
		metadata: expect.objectContaining({ language: "sv" }),
	});
	expect(systemOf(server)).not.toContain("answerIn");
	expect(server.requests).toHaveLength(1);
});

it("keeps the page's language without a model when the customer writes one without phrases", async () => {
	const sessionId = await conversationIn("de-AT", SWEDISH);
	await answerSession(sessionId);
	const answer = (await messagesOf(sessionId)).at(-1);
	expect(answer?.metadata.language).toBe("de-AT");
	expect(answer?.message).not.toMatch(/tyska|svenska/i);
});

it.each([
	["sv", "Hej, jag vill gärna prata med en människa om min beställning som inte har kommit.", "Swedish (sv)"],
	["da", "Hej, jeg vil gerne tale med et menneske om min bestilling, som ikke er kommet.", "Danish (da)"],
	["nb", "Hei, jeg vil gjerne snakke med et menneske om bestillingen min, som ikke har kommet.", "(nb)"],
	[
		"id",
		"Halo, saya ingin berbicara dengan seseorang tentang pesanan saya yang belum tiba.",
		"Indonesian (id)",
	],
	["zh-Hant", "您好,我想和真人談談我還沒收到的訂單。", "Traditional Chinese (zh-Hant)"],
	["cy", "Helo, hoffwn siarad â rhywun am fy archeb sydd heb gyrraedd.", "Welsh (cy)"],
])("shows an agent who reads %s the model's translation", async (language, translated, name) => {
	await saveSetting("agent_language", language);
	const server = await withModel(streamsText(translated));
	const sessionId = await conversationIn("en", "Hello, my order has not come and I am worried about it.");
	await call(agentActions, form(`/admin/chat/${sessionId}/actions`, { intent: "take" }, agent), {
		sessionId,
	});
	await translateSession(sessionId);
	await until(async () => {
		const message = (await messagesOf(sessionId)).find(({ senderType }) => senderType === "user");
		expect(message?.metadata.translation).toMatchObject({ to: language, text: translated, state: "done" });
	});
	expect(systemOf(server)).toContain(`Translate into ${name.startsWith("(") ? "" : name}`);
	expect(systemOf(server)).toContain(`(${language})`);
});

it.each([
	[
		"sv-SE",
		SWEDISH,
		"Hej, din beställning är på väg och kommer fram på fredag.",
		"Swedish (Sweden) (sv-SE)",
		"sv-SE",
	],
	["en", SWEDISH, "Hej, din beställning är på väg och kommer fram på fredag.", "Swedish (sv)", "sv"],
	[
		"zh-TW",
		"請問我的訂單在哪裡?",
		"您好,您的訂單將於週五送達。",
		"Traditional Chinese (Taiwan) (zh-TW)",
		"zh-TW",
	],
])(
	"translates an agent's draft for a customer on a page in %s",
	async (locale, text, draft, name, language) => {
		const server = await withModel(streamsText(draft));
		const sessionId = await conversationIn(locale, text);
		const { lastSeq } = await sessionRow(sessionId);
		const task = { intent: "translate", message: "Hello, your order will arrive on Friday." } as const;
		const result = await runCopilotTask(
			{ sessionId, lastSeq, network: "", signal: new AbortController().signal },
			task,
		);
		expect(result).toMatchObject({ kind: "translate", text: draft, language });
		expect(systemOf(server)).toContain(`Translate into ${name}`);
	},
);

it.each([
	["en;q=0.1, de;q=0.9", "de"],
	["fr;q=0, de", "de"],
	["*, de;q=0.5", "de"],
	["de_DE", "de-DE"],
	["de-DE-u-co-phonebk", "de-DE"],
	["zh-Hant-HK", "zh-Hant-HK"],
	["fil-PH", "fil-PH"],
	["", "en"],
])("creates a session from a browser that requests %j in %s", async (header, locale) => {
	const { identity, cookie } = await asVisitor();
	const sender = { headers: { ...cookie.headers, "Accept-Language": header } };
	await call(submitChat, form("/chat", { intent: "send", message: "4711 hello" }, sender));
	const [session] = await sessionsOf(identity.visitorId);
	expect(session?.locale).toBe(locale);
});

it("shows agents the customer's language by its whole tag", async () => {
	const sessionId = await conversationIn("fil-PH", "4711");
	const [entry] = await getInboxEntries([sessionId]);
	expect(entry?.language).toBe("fil-PH");
});
