import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { setEnv } from "#app/env.server.ts";
import {
	type Customer,
	createCustomer,
	disconnectAndReturn,
	postQuestion,
	type ShopServers,
	takeOverSession,
	waitForAnswer,
	waitForPartialAnswer,
} from "./answers/customer.ts";
import { type AnswersVerdict, type Expected, judgeAnswers } from "./answers/judge.ts";
import { type Killer, startKiller } from "./answers/killer.ts";
import {
	formatAnswer,
	formatQuestion,
	MOMENTS,
	type Moment,
	PLANS,
	readQuestion,
	startSlowModel,
} from "./answers/model.ts";
import { type Cleanups, runWithTimeLimit } from "./bounded.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { createParticipants } from "./people.ts";
import { type ChaosPostgres, startChaosPostgres } from "./postgres.ts";
import { createRandom, type Random } from "./random.ts";

/**
 * This command kills the server processes that write answers, at every stage of an answer. Meanwhile customers ask,
 * write more messages and lose their connection, and an agent takes sessions over. Then the command checks that each
 * question has exactly one complete answer. The exit code is 1 when a question has no answer, two answers or a
 * partial answer.
 */
const PROCESSES = 3;
const CUSTOMERS = 9;
const EXTRA_SECONDS = 180;
/**
 * Time limit for each killed process: the kill waits for its stage of an answer and for the process to return, which
 * takes 8 s on an idle machine, and longer on a busy one.
 */
const SECONDS_PER_KILL = 25;
/** Share of the kills that happen during answers that the assistant writes without a model. */
const OFFLINE_SHARE = 0.2;
const OFFLINE_QUESTIONS = ["How do I return something?", "How long does delivery take?", "How can I pay?"];

const say = (line: string) => process.stdout.write(`${line}\n`);

type RunContext = { postgres: ChaosPostgres; random: Random; env: Record<string, string>; undo: Cleanups };

async function runAnswerChaos(kills: number, seed: number, undo: Cleanups): Promise<number> {
	say(`Killing answers with seed ${seed}, ${PROCESSES} processes.`);
	const random = createRandom(seed);
	const postgres = await startChaosPostgres();
	undo.push(() => postgres.remove());
	const env = {
		DATABASE_URL: postgres.url,
		LISTEN_DATABASE_URL: "",
		BUS_URL: "",
		APP_SECRET: randomBytes(32).toString("hex"),
		CUSTOMER_IDENTITY_SECRET: randomBytes(32).toString("hex"),
		PUBLIC_URL: "",
		OPENAI_API_KEY: "",
		RATE_LIMITS: "off",
		ASSISTANT: "on",
	};
	await seedStore(env);
	const stage = { postgres, random, env, undo };
	const offline = Math.round(kills * OFFLINE_SHARE);
	const withModel = await runWithModel(stage, kills - offline);
	const without = await runOffline(stage, offline);
	say("\n| answers | kills | questions | answers | begun again | came back in mid-answer | violations |");
	say("|---|---|---|---|---|---|---|");
	say(formatTableLine("written by a model", withModel));
	say(formatTableLine("from the articles, without a model", without));
	const violations = [...withModel.verdict.violations, ...without.verdict.violations];
	say(`\nViolations: ${violations.length} (seed ${seed}).`);
	for (const { what } of violations.slice(0, 12)) say(`- ${what}`);
	return violations.length === 0 ? 0 : 1;
}

type Outcome = { verdict: AnswersVerdict; kills: Map<Moment, number> };

function formatTableLine(name: string, { verdict, kills }: Outcome): string {
	const killed = [...kills].map(([moment, count]) => `${count} ${moment}`).join(", ");
	const { tried, whole } = verdict.returns;
	return `| ${name} | ${killed} | ${verdict.questions} | ${verdict.answers} | ${verdict.begunAgain} | ${tried} times, ${whole} to all the words so far, the others to the finished answer | ${verdict.violations.length} |`;
}

async function seedStore(env: Record<string, string>): Promise<void> {
	setEnv(env);
	const { seedDemoStore } = await import("#demo/seed/seed-demo-store.ts");
	await seedDemoStore();
}

async function openShopSession({ postgres, random, env }: RunContext, fleet: Fleet): Promise<ShopServers> {
	const known = await postgres.runStatement((sql) => sql`select 1 from users limit 1`);
	const people =
		known.length > 0 ? null : await createParticipants({ env, url: fleet.urls[0] ?? "", talks: 0 });
	return { urls: fleet.urls, agentCookie: people?.agentCookie ?? "", random };
}

async function runWithModel(stage: RunContext, kills: number): Promise<Outcome> {
	const { random } = stage;
	let killer: Killer | null = null;
	const model = await startSlowModel((process, moment) => killer?.meet(process, moment));
	stage.undo.push(() => model.close());
	const fleet = await startFleet({
		count: PROCESSES,
		env: (index) => ({
			...stage.env,
			OPENAI_API_KEY: "sk-chaos",
			OPENAI_BASE_URL: model.url.replace(/v1$/, `process-${index}/v1`),
		}),
	});
	stage.undo.push(() => fleet.stop());
	const shop = await openShopSession(stage, fleet);
	const until = Date.now() + kills * SECONDS_PER_KILL * 1_000;
	killer = startKiller({ fleet, random, moments: MOMENTS, kills, until });
	const isOver = killer.isOver;
	const meet = killer.meet;
	const expected: Expected[] = [];
	const customers = Array.from({ length: CUSTOMERS }, async (_, number) => {
		for (let talk = 0; !isOver(); talk += 1) {
			const customer = await createCustomer(shop, `customer ${number}, conversation ${talk}`);
			const one: Expected = { customer, answerTo: expectedOf, wasTaken: false, calls: 0 };
			expected.push(one);
			while (!isOver() && !one.wasTaken && one.calls === 0)
				await askOneQuestion({ shop, one, mark: `c${number}-${talk}`, random, meet });
		}
	});
	await Promise.all([...customers, killer.done]);
	return { verdict: await finishAndJudge(stage, fleet, expected), kills: killer.kills };
}

const expectedOf = (questions: string[]): string =>
	formatAnswer(readQuestion(questions.join("\n"))?.mark ?? "");

/** The actions of a simulated customer during an answer. */
const CUSTOMER_ACTIONS = ["wait", "come back", "write on", "take over"] as const;

/** Asks one question and carries out the customer's action during the answer. */
async function askOneQuestion(options: {
	shop: ShopServers;
	one: Expected;
	mark: string;
	random: Random;
	meet: Killer["meet"];
}): Promise<void> {
	const { shop, one, random } = options;
	const { customer } = one;
	const next = () => `${options.mark}-${customer.asked}`;
	const plan = random.pick(PLANS);
	const home = random.between(0, PROCESSES - 1);
	const asking = postQuestion(shop, customer, formatQuestion(next(), plan), home);
	const seq = await asking;
	// The server process that received the question waits 350 ms for further messages, and then searches the articles.
	setTimeout(() => options.meet(home, "during retrieval"), random.between(330, 420));
	// After the assistant has called a person into a session, there are no more answers to interrupt.
	const deeds = plan === "escalate" ? CUSTOMER_ACTIONS.slice(0, 2) : CUSTOMER_ACTIONS;
	const deed = random.pick(deeds);
	if (plan === "escalate") one.calls = 1;
	if (deed !== "wait" && !(await waitForPartialAnswer(customer, seq))) return;
	if (deed === "take over") {
		await takeOverSession(shop, customer);
		one.wasTaken = true;
		return;
	}
	if (deed === "write on") {
		await waitForAnswer(customer, await postQuestion(shop, customer, formatQuestion(next(), "plain"), home));
		return;
	}
	if (deed === "come back") await disconnectAndReturn(customer);
	await waitForAnswer(customer, seq);
}

async function runOffline(stage: RunContext, kills: number): Promise<Outcome> {
	const { random } = stage;
	const fleet = await startFleet({ count: PROCESSES, env: () => stage.env });
	stage.undo.push(() => fleet.stop());
	const shop = await openShopSession(stage, fleet);
	const expected: Expected[] = [];
	const sound = new Map<string, string>();
	const askOnce = async (name: string, question: string, home: number, begun?: () => void) => {
		const customer = await createCustomer(shop, name);
		const answerOf = ([only = ""]: string[]) => sound.get(only) ?? "";
		expected.push({ customer, answerTo: answerOf, wasTaken: false, calls: 0 });
		const seq = await postQuestion(shop, customer, question, home);
		begun?.();
		await waitForAnswer(customer, seq);
		return customer;
	};
	// The questions are first answered without faults; these answers are expected while processes are killed.
	for (const question of OFFLINE_QUESTIONS) {
		const { connection: line } = await askOnce(`in peace: ${question}`, question, 0);
		sound.set(
			question,
			line.reader.state.messages.find(({ senderType }) => senderType === "bot")?.message ?? "",
		);
	}
	const moments = ["during retrieval"] as const;
	const until = Date.now() + kills * SECONDS_PER_KILL * 1_000;
	const killer = startKiller({ fleet, random, moments, kills, until });
	const customers = Array.from({ length: CUSTOMERS }, async (_, number) => {
		for (let talk = 0; !killer.isOver(); talk += 1) {
			const home = random.between(0, PROCESSES - 1);
			await askOnce(`customer ${number}, question ${talk}`, random.pick(OFFLINE_QUESTIONS), home, () =>
				setTimeout(() => killer.meet(home, "during retrieval"), random.between(300, 520)),
			);
		}
	});
	await Promise.all([...customers, killer.done]);
	return { verdict: await finishAndJudge(stage, fleet, expected), kills: killer.kills };
}

/** Waits until all simulated customers have finished, and checks their sessions. */
async function finishAndJudge(
	{ postgres }: RunContext,
	fleet: Fleet,
	expected: Expected[],
): Promise<AnswersVerdict> {
	await new Promise((resolve) => setTimeout(resolve, 2_000));
	const verdict = await postgres.runStatement((sql) => judgeAnswers(sql, expected));
	await Promise.all(expected.map(({ customer }: { customer: Customer }) => customer.connection.close()));
	verdict.violations.push(...fleet.surprises.map((what) => ({ at: Date.now(), what })));
	const accused = verdict.violations.map(({ what }) => what).join("\n");
	for (const line of fleet.errors()) {
		const id = /"sessionId":"([^"]+)"/.exec(line)?.[1];
		if (id && accused.includes(id)) say(`Logged of a conversation with violations: ${line.slice(0, 600)}`);
	}
	await fleet.stop();
	return verdict;
}

const { values } = parseArgs({ options: { kills: { type: "string" }, seed: { type: "string" } } });
const kills = Number(values.kills ?? 50);
const seed = Number(values.seed ?? Date.now() % 1_000_000);
runWithTimeLimit(kills * SECONDS_PER_KILL + EXTRA_SECONDS, (undo) => runAnswerChaos(kills, seed, undo));
