import type { Browser, BrowserContext, Page } from "@playwright/test";
import { DEMO_AGENT_EMAIL, expect } from "../e2e/fixtures.ts";
import {
	button,
	composer,
	conversationOf,
	endAsAgent,
	log,
	message,
	open,
	signIn,
	write,
} from "../e2e/people.ts";
import type { RunningNetwork } from "./networks.ts";
import { formatMark, observeConversations, readMarks, readObserved } from "./observer.ts";

/** The measurements of the test story in one network. */
export interface Findings {
	/** The transport that the customer's page shows at the end. */
	transport: string;
	/**
	 * Delays in ms from the time when the agent's page shows an own message to the time when the customer's page shows
	 * it.
	 */
	delaysMs: number[];
	isTypingSeen: boolean;
	/** Time in ms from the network's recovery until both pages show the messages that were written during the outage. */
	liveAfterMs: number;
	/** Time in ms from the server's recovery to the network's recovery. */
	networkAwayMs: number;
}

const MESSAGES_PER_WRITER = 10;
const OUTAGE_MS = 30_000;
/** Longest acceptable delay of a message in ms: enough for a short poll, and for a page that reloads itself. */
const MAX_DELIVERY_MS = 30_000;

/**
 * Runs the test story from the first question to the end of the session: the customer is behind a network, and the
 * agent is directly connected.
 * @param appAddress URL for the agent, without a trailing slash.
 * @throws when a message is lost, duplicated or out of order, or the page is not live soon after an outage.
 */
export async function runConversationThroughProxy(options: {
	browser: Browser;
	network: RunningNetwork;
	appAddress: string;
	liveWithinMs: number;
	outageMs?: number;
	messages?: number;
}): Promise<Findings> {
	const {
		browser,
		network,
		appAddress,
		liveWithinMs,
		outageMs = OUTAGE_MS,
		messages = MESSAGES_PER_WRITER,
	} = options;
	const contexts: BrowserContext[] = [];
	let transport = "no transport";
	try {
		for (const proxy of [network.proxy, null]) {
			const context = await browser.newContext({
				// Chromium does not use a proxy for this machine by default.
				...(proxy ? { proxy: { server: proxy, bypass: "<-loopback>" } } : {}),
			});
			contexts.push(context);
			await observeConversations(context);
		}
		const [customer, agent] = await Promise.all(contexts.map((context) => context.newPage()));
		if (!customer || !agent) throw new Error("A context made no page.");
		await startSession(customer, agent, network.address, appAddress);
		const isTypingSeen = await checkTypingIsShown(customer, agent);
		await exchangeMessages(customer, agent, messages);
		const { firstSeen } = await readObserved(customer);
		const written = new Map((await readObserved(agent)).firstSeen);
		const delaysMs = firstSeen
			.filter(([seen]) => seen.startsWith("#agent"))
			.map(([seen, at]) => at - (written.get(seen) ?? Number.NaN));
		transport = await readTransport(customer);
		const recovery = await passOutage({ customer, agent, network, messages, outageMs, liveWithinMs });
		await expectExactlyOnce([customer, agent], messages + 1);
		transport = await readTransport(customer);
		await endAsAgent(agent);
		await expect(log(customer)).toContainText("has ended", { timeout: MAX_DELIVERY_MS });
		return { transport, delaysMs, isTypingSeen, ...recovery };
	} catch (cause) {
		throw new Error(`On ${transport}: ${cause instanceof Error ? cause.message : cause}`, { cause });
	} finally {
		await Promise.all(contexts.map((context) => context.close()));
	}
}

/** The first part of the story: the customer asks a question, and the agent takes over. */
async function startSession(customer: Page, agent: Page, address: string, appAddress: string): Promise<void> {
	const slowly = { timeout: MAX_DELIVERY_MS };
	await open(customer, `${address}/chat`);
	await write(customer, "How do I care for a wooden table?");
	await expect(message(customer, /\boil/i)).toBeVisible(slowly);
	const sessionId = await conversationOf(customer);
	await button(customer, "Talk to a person").click({ noWaitAfter: true });
	await expect(log(customer)).toContainText("We've asked a member of our team to join.", slowly);
	await signIn(agent, DEMO_AGENT_EMAIL, appAddress);
	await open(agent, `${appAddress}/admin/chat/${sessionId}`);
	await button(agent, "Take over").click({ noWaitAfter: true });
	await expect(composer(agent)).toBeVisible();
	await expect(customer.getByText("is with you")).toBeVisible(slowly);
}

/**
 * Whether the customer sees that the agent types. A network that loses typing signals may still deliver all messages.
 */
async function checkTypingIsShown(customer: Page, agent: Page): Promise<boolean> {
	await composer(agent).pressSequentially("I am");
	const seen = await expect(log(customer))
		.toContainText("is typing", { timeout: 4_000 })
		.then(
			() => true,
			() => false,
		);
	await composer(agent).fill("");
	return seen;
}

async function exchangeMessages(customer: Page, agent: Page, messages: number): Promise<void> {
	for (let index = 0; index < messages; index++) {
		await write(agent, `Answer ${formatMark("agent", index)}`);
		await expect(message(customer, formatMark("agent", index))).toBeVisible({ timeout: MAX_DELIVERY_MS });
		await write(customer, `Question ${formatMark("customer", index)}`);
		await expect(message(agent, formatMark("customer", index))).toBeVisible({ timeout: MAX_DELIVERY_MS });
	}
}

/**
 * Simulates an outage, in which the network answers instead of the server. Customer and agent write messages
 * meanwhile, and the customer begins to type the next one.
 */
async function passOutage(options: {
	customer: Page;
	agent: Page;
	network: RunningNetwork;
	messages: number;
	outageMs: number;
	liveWithinMs: number;
}): Promise<{ liveAfterMs: number; networkAwayMs: number }> {
	const { customer, agent, network, messages, outageMs, liveWithinMs } = options;
	const DRAFT = "And one more thing";
	await network.breakDown();
	const over = Date.now() + outageMs;
	await write(customer, `Question ${formatMark("customer", messages)}`);
	await composer(customer).pressSequentially(DRAFT);
	await write(agent, `Answer ${formatMark("agent", messages)}`);
	await new Promise((resolve) => setTimeout(resolve, over - Date.now()));
	await network.recover();
	const recovered = Date.now();
	await waitForNetwork(customer, network);
	const answering = Date.now();
	const soon = { timeout: liveWithinMs };
	await Promise.all([
		expect(message(customer, formatMark("agent", messages)), "live again").toBeVisible(soon),
		expect(message(agent, formatMark("customer", messages)), "what was written meanwhile").toBeVisible(soon),
	]);
	const liveAfterMs = Date.now() - answering;
	await expect(composer(customer), "what was being typed").toHaveValue(DRAFT);
	return { liveAfterMs, networkAwayMs: answering - recovered };
}

/**
 * Waits until the network reaches the server again. Some proxies do not use a failed server for a while, and the page
 * cannot receive events before.
 */
async function waitForNetwork(customer: Page, network: RunningNetwork): Promise<void> {
	const status = () =>
		customer.request.get(`${network.address}/healthz`, { timeout: 5_000 }).then(
			(response) => response.status(),
			// The request failed because the network does not answer at all.
			() => 0,
		);
	await expect.poll(status, { timeout: 90_000, intervals: [250] }).toBe(200);
}

/** Checks that customer and agent see every message once and in the same order. */
async function expectExactlyOnce(pages: Page[], each: number): Promise<void> {
	const wanted = Array.from({ length: each }, (_, index) => [
		formatMark("agent", index),
		formatMark("customer", index),
	]);
	const orders = await Promise.all(pages.map(readMarks));
	for (const [place, page] of pages.entries()) {
		expect([...(orders[place] ?? [])].sort(), "each message once").toEqual(wanted.flat().sort());
		expect((await readObserved(page)).doubled, "messages that stood there twice").toEqual([]);
		expect(orders[place], "one order for all").toEqual(orders[0]);
	}
	const before = wanted.slice(0, -1).flat();
	expect(orders[0]?.slice(0, before.length), "the order in which they were written").toEqual(before);
}

/** The transport that a page reports as in use. */
export async function readTransport(page: Page): Promise<string> {
	return (await log(page).getAttribute("data-transport")) ?? "not shown";
}
