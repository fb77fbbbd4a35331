import type { BrowserContext, Page, Request } from "@playwright/test";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import { composer, conversationOf, log, markDocument, message, open, signIn, write } from "./people.ts";

/** Number of tabs: more than the six connections that a browser has to a site over HTTP/1.1. */

const TABS = 10;

/**
 * Starts to count event streams. @returns a function that returns how many streams the tabs of a browser context have
 * open now.
 */
function countStreams(context: BrowserContext): () => number {
	const streams = new Set<Request>();
	context.on("request", (request) => {
		if (/\/chat\/events\b/.test(request.url())) streams.add(request);
	});
	for (const end of ["requestfinished", "requestfailed"] as const)
		context.on(end as "requestfailed", (request) => void streams.delete(request));
	return () => [...streams].filter((request) => !request.frame().page().isClosed()).length;
}

async function openTabs(context: BrowserContext, address: string, count: number): Promise<Page[]> {
	return Promise.all(
		Array.from({ length: count }, async () => {
			const page = await context.newPage();
			await open(page, address);
			return page;
		}),
	);
}

const expectIn = (pages: Page[], text: string): Promise<unknown> =>
	Promise.all(pages.map((page) => expect(message(page, text)).toHaveCount(1)));

test("ten tabs are live over plain http, without locks and channels, with one stream", async ({
	browser,
	guard,
	baseURL,
}) => {
	const context = await browser.newContext();
	guard.watch(context);
	await context.addInitScript(() => Reflect.deleteProperty(window, "BroadcastChannel"));
	const streams = countStreams(context);
	const address = `http://plain-http.test:${new URL(baseURL ?? "").port}/chat`;
	const [first] = await openTabs(context, address, 1);
	if (!first) throw new Error("No tab was opened.");
	expect(await first.evaluate(() => "locks" in navigator || "BroadcastChannel" in window)).toBe(false);
	await write(first, "thank you");
	await expect(message(first, "You're welcome.")).toBeVisible();
	const tabs = [first, ...(await openTabs(context, address, TABS - 1))];
	const last = tabs.at(-1) ?? first;
	await write(last, "From the last tab");
	await expectIn(tabs, "From the last tab");
	expect(streams(), "streams of ten tabs").toBe(1);
	await first.close();
	await write(last, "After the first was closed");
	const left = tabs.slice(1);
	await expectIn(left, "After the first was closed");
	for (const tab of left) {
		await expect(
			log(tab)
				.getByRole("article")
				.filter({ hasText: /thank|tab|closed/ }),
		).toContainText(["thank you", "From the last tab", "After the first was closed"]);
	}
	await context.close();
});

test("eight tabs of an agent and ten of a customer are live, also after being frozen", async ({
	browser,
	guard,
	baseURL,
}) => {
	// The test has a longer timeout, because eighteen pages take most of a minute to open.
	test.setTimeout(300_000);
	const context = await browser.newContext();
	guard.watch(context);
	const streams = countStreams(context);
	const customers = await openTabs(context, `${baseURL}/chat`, 1);
	const [customer] = customers;
	if (!customer) throw new Error("No tab was opened.");
	await write(customer, "thank you");
	await expect(message(customer, "You're welcome.")).toBeVisible();
	customers.push(...(await openTabs(context, `${baseURL}/chat`, TABS - 1)));

	const conversations = [await conversationOf(customer)];
	for (let others = 0; others < 5; others += 1) {
		const other = await browser.newContext();
		const page = await other.newPage();
		await open(page, `${baseURL}/chat`);
		await write(page, "thank you");
		conversations.push(await conversationOf(page));
		await other.close();
	}
	const desk = await context.newPage();
	await signIn(desk, DEMO_AGENT_EMAIL);
	await desk.close();
	const agents: Page[] = [];
	for (const conversation of [...conversations, ...conversations.slice(0, 2)]) {
		agents.push(...(await openTabs(context, `${baseURL}/admin/chat/${conversation}`, 1)));
	}
	const watching = agents.filter((page) => page.url().endsWith(conversations[0] ?? ""));
	await write(customer, "With many tabs");
	await expectIn([...customers, ...watching], "With many tabs");
	expect(streams(), "connections left for everything else").toBeLessThanOrEqual(4);

	await test.step("frozen tabs get what they missed, once", async () => {
		const frozen = [...customers.slice(1, 6), ...watching];
		const lives = await Promise.all(frozen.map((page) => context.newCDPSession(page)));
		const documents = await Promise.all(frozen.map(markDocument));
		await Promise.all(lives.map((life) => life.send("Page.setWebLifecycleState", { state: "frozen" })));
		const awake = customers.filter((page) => !frozen.includes(page));
		await write(customer, "While they were frozen");
		await expectIn(awake, "While they were frozen");
		await Promise.all(lives.map((life) => life.send("Page.setWebLifecycleState", { state: "active" })));
		await write(customer, "After the thaw");
		for (const text of ["While they were frozen", "After the thaw"])
			await expectIn([...customers, ...watching], text);
		expect(await Promise.all(documents.map((isSame) => isSame()))).toEqual(frozen.map(() => true));
	});
	await context.close();
});

test("a page from the back/forward cache gets what it missed and keeps its draft", async ({
	baseURL,
	playwright,
}) => {
	const { launchOptions } = test.info().project.use;
	// Playwright turns the back/forward cache off by default, which these tests need.
	const ignoreDefaultArgs = ["--disable-back-forward-cache"];
	const browser = await playwright.chromium.launch({ ...launchOptions, ignoreDefaultArgs });
	try {
		const context = await browser.newContext();
		const [page] = await openTabs(context, `${baseURL}/chat`, 1);
		if (!page) throw new Error("No tab was opened.");
		await write(page, "thank you");
		await expect(message(page, "You're welcome.")).toBeVisible();
		await composer(page).fill("Not sent yet");
		await page.evaluate(() => window.location.assign("/help"));
		await expect(page).toHaveURL(/\/help$/);
		const [other] = await openTabs(context, `${baseURL}/chat`, 1);
		if (!other) throw new Error("No tab was opened.");
		await write(other, "While the page was kept");
		await expectIn([other], "While the page was kept");

		await page.evaluate(() => window.history.back());
		await expect(page).toHaveURL(/\/chat$/);
		await write(other, "After it came back");
		for (const text of ["While the page was kept", "After it came back"]) await expectIn([page, other], text);
		await expect(composer(page)).toHaveValue("Not sent yet");
	} finally {
		await browser.close();
	}
});
