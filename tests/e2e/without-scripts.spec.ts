import type { Page } from "@playwright/test";
import { startFaultProxy } from "../proxies/fault-proxy.ts";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import { freePort, startServerProcess } from "./instance.ts";
import {
	button,
	composer,
	conversationOf,
	inboxRow,
	inFrame,
	message,
	openWithoutScripts,
	seeInFrame,
	signIn,
	write,
} from "./people.ts";

/** Counts the navigations of the page itself, without the navigations of its frame. */
function countVisits(page: Page): () => number {
	let visits = 0;
	page.on("framenavigated", (navigated) => {
		if (navigated === page.mainFrame()) visits += 1;
	});
	return () => visits;
}

test("a whole conversation with scripts off on both sides", async ({ browser, guard }) => {
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
	await seeInFrame(customer, "How do I care for a wooden table?");
	const beforeAnswer = visits();
	await seeInFrame(customer, /\boil/i);
	await inFrame(customer, (growing) =>
		expect(message(growing, /\boil/i).getByRole("link")).toHaveAttribute("href", /^\/help\/caring-for-wood/),
	);
	const shown = await customer.locator('iframe[title="Conversation"]').boundingBox();
	expect(shown?.height, "room for the conversation").toBeGreaterThan(300);
	expect(visits(), "the answer came into the page that was open").toBe(beforeAnswer);
	const sessionId = await conversationOf(customer);

	await composer(customer).fill("Half a sentence");
	await button(customer, "Talk to a person").click({ noWaitAfter: true });
	await inFrame(customer, (growing) =>
		expect(growing.getByText("We've asked a member of our team to join.")).toBeVisible({ timeout: 1_000 }),
	);

	await expect(composer(customer), "what was being written").toHaveValue("Half a sentence");
	await inFrame(customer, (growing) =>
		expect(growing.getByRole("status").getByText(/You are number \d+ in the queue/)).toBeVisible({
			timeout: 1_000,
		}),
	);

	await signIn(agent, DEMO_AGENT_EMAIL);
	await expect(inboxRow(agent, sessionId)).toContainText("Waiting");
	await inboxRow(agent, sessionId).click({ noWaitAfter: true });
	await seeInFrame(agent, /\boil/i);
	await button(agent, "Take over").click({ noWaitAfter: true });
	const desktop = agent.getByRole("region", { name: "Conversation with the customer" });
	await expect(desktop.getByText("Yours", { exact: true })).toBeVisible();

	const beforeReply = visits();
	await composer(customer).fill("I am still writing this while the reply");
	await write(agent, "Twice a year is enough.\nWarm the oil first.");
	await seeInFrame(customer, "Twice a year is enough.");
	await inFrame(customer, (growing) =>
		expect(growing.getByRole("status").getByText("Ana is with you")).toBeVisible({ timeout: 1_000 }),
	);
	await inFrame(customer, async (growing) => {
		const reply = message(growing, "Twice a year is enough.");
		await expect(reply).toContainText("Ana");
		expect(await reply.getByText("Twice a year").textContent()).toBe(
			"Twice a year is enough.\nWarm the oil first.",
		);
	});
	await expect(composer(customer)).toHaveValue("I am still writing this while the reply");
	expect(visits(), "the reply came into the page that was open").toBe(beforeReply);

	await button(customer, "Send").click({ noWaitAfter: true });
	await seeInFrame(agent, "I am still writing this");
	await seeInFrame(customer, "I am still writing this");

	await composer(agent).fill("One more thing");
	await button(agent, "End chat").click({ noWaitAfter: true });
	await expect(agent.getByRole("region", { name: "Not sent" })).toContainText("One more thing");
	await inFrame(customer, async (growing) => {
		await expect(growing.getByText("This conversation has ended.")).toBeVisible({ timeout: 1_000 });
		await growing.getByRole("link", { name: /^Rate this conversation/ }).click({ noWaitAfter: true });
	});
	await customer.getByRole("radio", { name: "4" }).check();
	await button(customer, "Rate").click({ noWaitAfter: true });
	await expect(customer.getByText("Thank you for your rating")).toBeVisible();
	await openWithoutScripts(agent, `/admin/chat/${sessionId}`);
	await expect(agent.getByText("rated 4 of 5")).toBeVisible();
});

test("the frame recovers after a crash and after a gateway's errors, and the draft stays", async ({
	browser,
	guard,
}) => {
	guard.expectError(/502|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/);
	const port = await freePort();
	let server = await startServerProcess(port);
	const proxy = await startFaultProxy(server.address);
	try {
		const [home, desk, elsewhere] = await Promise.all([
			browser.newContext({ javaScriptEnabled: false }),
			browser.newContext({ javaScriptEnabled: false }),
			browser.newContext({ javaScriptEnabled: false }),
		]);
		for (const context of [home, desk]) guard.watch(context);
		const [customer, agent] = await Promise.all([home.newPage(), desk.newPage()]);
		await openWithoutScripts(customer, `${proxy.url}/chat`);
		await write(customer, "How do I care for a wooden table?");
		await seeInFrame(customer, /\boil/i);
		// One of the test's two browsers connects through a gateway, and the other directly.
		await signIn(agent, DEMO_AGENT_EMAIL, server.address);
		await inboxRow(agent, await conversationOf(customer)).click({ noWaitAfter: true });
		await button(agent, "Take over").click({ noWaitAfter: true });
		await seeInFrame(agent, /\boil/i);
		for (const page of [customer, agent]) await composer(page).fill("Not sent yet");
		const visits = [countVisits(customer), countVisits(agent)];
		/** The customer's second window; its text shows whether it still receives events. */
		await elsewhere.addCookies(await home.cookies());
		const other = await elsewhere.newPage();
		const reads = async (words: string) => {
			await openWithoutScripts(other, `${proxy.url}/chat`);
			await write(other, words);
			for (const page of [customer, agent]) await seeInFrame(page, words);
		};

		await test.step("a crash", async () => {
			await server.kill();
			for (const page of [customer, agent]) {
				const words = page.frameLocator("iframe").getByText("No connection at the moment.");
				await expect(words, "instead of an error page").toBeVisible();
			}
			server = await startServerProcess(port);
			await reads("After the crash");
		});
		await test.step("a gateway without its server", async () => {
			proxy.set({ mode: "status", status: 502 });
			await expect(customer.frameLocator("iframe").getByText("No connection")).toBeVisible();
			proxy.set({ mode: "pass" });
			await reads("After the gateway");
		});
		await test.step("the link reloads the frame where nothing else does", async () => {
			await customer.getByRole("link", { name: "Show new messages" }).click({ noWaitAfter: true });
			await seeInFrame(customer, "After the gateway");
		});
		for (const page of [customer, agent]) {
			await expect(composer(page)).toHaveValue("Not sent yet");
			await seeInFrame(page, "After the crash");
		}
		expect(visits.map((count) => count())).toEqual([0, 0]);
		await Promise.all([home.close(), desk.close(), elsewhere.close()]);
	} finally {
		await Promise.all([proxy.stop(), server.stop()]);
	}
});
