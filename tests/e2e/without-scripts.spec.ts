import type { Page } from "@playwright/test";
import { startFaultProxy } from "../proxies/fault-proxy.ts";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import {
	button,
	composer,
	conversationOf,
	inboxLine,
	message,
	openWithoutScripts,
	signIn,
	write,
} from "./people.ts";

/** The conversation's frame, whose page grows as long as it is open. */
const frame = (page: Page) => page.frameLocator('iframe[title="Conversation"]');

/** Counts how often the page itself, not its frame, goes anywhere. */
function countVisits(page: Page): () => number {
	let visits = 0;
	page.on("framenavigated", (navigated) => {
		if (navigated === page.mainFrame()) visits += 1;
	});
	return () => visits;
}

test("the whole story with scripting off on both sides", async ({ browser, guard }) => {
	const [home, desk] = await Promise.all([
		browser.newContext({ javaScriptEnabled: false }),
		browser.newContext({ javaScriptEnabled: false }),
	]);
	guard.watch(home);
	guard.watch(desk);
	const [customer, agent] = await Promise.all([home.newPage(), desk.newPage()]);
	const visits = countVisits(customer);

	await openWithoutScripts(customer, "/");
	await customer.getByRole("link", { name: "Chat with us" }).last().click({ noWaitAfter: true });
	await expect(customer).toHaveURL(/\/chat$/);
	await write(customer, "How do I care for a wooden table?");
	await expect(message(frame(customer), "How do I care for a wooden table?")).toBeVisible();
	const beforeAnswer = visits();
	const answer = message(frame(customer), /\boil/i);
	await expect(answer).toBeVisible();
	await expect(answer.getByRole("link")).toHaveAttribute("href", /^\/help\/caring-for-wood/);
	const shown = await customer.locator('iframe[title="Conversation"]').boundingBox();
	expect(shown?.height, "room for the conversation").toBeGreaterThan(300);
	expect(visits(), "the answer came into the page that was open").toBe(beforeAnswer);
	const sessionId = await conversationOf(customer);

	await button(customer, "Talk to a person").click({ noWaitAfter: true });
	await expect(frame(customer).getByText("An agent has been called.")).toBeVisible();

	await signIn(agent, DEMO_AGENT_EMAIL);
	await expect(inboxLine(agent, sessionId)).toContainText("Waiting · asked for a person");
	await inboxLine(agent, sessionId).click({ noWaitAfter: true });
	await expect(message(frame(agent), /\boil/i)).toBeVisible();
	await button(agent, "Take over").click({ noWaitAfter: true });
	const desktop = agent.getByRole("region", { name: "Conversation with the customer" });
	await expect(desktop.getByText("Yours", { exact: true })).toBeVisible();

	const beforeReply = visits();
	await composer(customer).fill("I am still writing this while the reply");
	await write(agent, "Twice a year is enough.\nWarm the oil first.");
	const reply = message(frame(customer), "Twice a year is enough.");
	await expect(reply).toContainText("Ana");
	expect(await reply.getByText("Twice a year").textContent()).toBe(
		"Twice a year is enough.\nWarm the oil first.",
	);
	await expect(composer(customer)).toHaveValue("I am still writing this while the reply");
	expect(visits(), "the reply came into the page that was open").toBe(beforeReply);

	await button(customer, "Send").click({ noWaitAfter: true });
	await expect(message(frame(agent), "I am still writing this")).toBeVisible();
	await expect(message(frame(customer), "I am still writing this")).toHaveCount(1);

	await button(agent, "End chat").click({ noWaitAfter: true });
	await expect(frame(customer).getByText("This conversation has ended.")).toBeVisible();
	await frame(customer)
		.getByRole("link", { name: /^Rate this conversation/ })
		.click({ noWaitAfter: true });
	await customer.getByRole("radio", { name: "4" }).check();
	await button(customer, "Rate").click({ noWaitAfter: true });
	await expect(customer.getByText("Thank you for your rating")).toBeVisible();
	await openWithoutScripts(agent, `/admin/chat/${sessionId}`);
	await expect(agent.getByText("rated 4 of 5")).toBeVisible();
});

test("a frame whose stream is cut comes back by itself, and keeps what is being typed", async ({
	browser,
	guard,
	baseURL,
}) => {
	const proxy = await startFaultProxy(baseURL ?? "");
	// Passes on the page as the server sends it, whose end is the connection's.
	proxy.set({ mode: "http-1.0" });
	try {
		const context = await browser.newContext({ javaScriptEnabled: false });
		guard.watch(context);
		const page = await context.newPage();
		await openWithoutScripts(page, `${proxy.url}/chat`);
		await write(page, "How do I care for a wooden table?");
		await expect(message(frame(page), /\boil/i)).toBeVisible();
		await composer(page).fill("Not sent yet");
		const visits = countVisits(page);

		proxy.dropConnections();
		const other = await context.newPage();
		await openWithoutScripts(other, `${proxy.url}/chat`);
		await write(other, "thank you");
		await expect(message(frame(page), "You're welcome."), "without touching the page").toBeVisible({
			timeout: 15_000,
		});
		await expect(message(frame(page), "How do I care for a wooden table?")).toHaveCount(1);
		await expect(composer(page)).toHaveValue("Not sent yet");
		expect(visits()).toBe(0);
		await context.close();
	} finally {
		await proxy.stop();
	}
});
