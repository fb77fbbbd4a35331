import type { Page } from "@playwright/test";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import {
	button,
	composer,
	conversationOf,
	endAsAgent,
	endChat,
	log,
	message,
	open,
	signIn,
	write,
} from "./people.ts";

/** Number of messages: more than two pages of history have, with 50 messages each. */
const REPLY_COUNT = 110;
const OLDER = "Show earlier messages";
const AWAY = "Written while the customer was away.";

/** Posts short replies of the agent into a new session, with the page's form. */
async function writeReplies(agent: Page, sessionId: string, count: number): Promise<void> {
	const url = `/admin/chat/${sessionId}/actions`;
	const headers = { Origin: new URL(agent.url()).origin };
	for (let number = 1; number <= count; number += 1) {
		const form = { intent: "reply", message: `Reply number ${number}.` };
		expect((await agent.request.post(url, { form, headers })).status()).toBe(200);
	}
}

/** Vertical position of a message, in pixels from the top edge of the list of messages. */
const positionOf = (page: Page, text: string): Promise<number> =>
	message(page, text).evaluate((element) => {
		const top = element.closest("[role=log]")?.getBoundingClientRect().top ?? 0;
		return Math.round(element.getBoundingClientRect().top - top);
	});

/**
 * Records the messages that are added to the page's list of messages, and the list's `aria-live` value at that time.
 */
const recordAdded = (page: Page): Promise<void> =>
	log(page).evaluate((element) => {
		const added: string[] = [];
		Object.assign(window, { added });
		new MutationObserver((changes) => {
			for (const { addedNodes } of changes)
				for (const node of addedNodes)
					if (node.nodeName === "ARTICLE") added.push(element.getAttribute("aria-live") ?? "as a log");
		}).observe(element, { childList: true, subtree: true });
	});
const added = (page: Page): Promise<string[]> =>
	page.evaluate(() => (window as unknown as { added: string[] }).added);

test("earlier messages load without announcements, and Back returns to the reading position", async ({
	page: customer,
	browser,
	guard,
}) => {
	test.setTimeout(240_000);
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await open(customer, "/chat");
	await write(customer, "Hello, a question about lamps");
	await expect(message(customer, "a question about lamps")).toBeVisible();
	const sessionId = await conversationOf(customer);
	await signIn(agent, DEMO_AGENT_EMAIL);
	await open(agent, `/admin/chat/${sessionId}`);
	await button(agent, "Take over").click();
	await expect(composer(agent)).toBeVisible();
	await writeReplies(agent, sessionId, REPLY_COUNT);

	for (const [page, path] of [
		[customer, "/chat"],
		[agent, `/admin/chat/${sessionId}`],
	] as const) {
		await test.step(`on ${path}`, async () => {
			await open(page, path);
			await expect(message(page, `Reply number ${REPLY_COUNT}.`)).toBeVisible();
			await expect(log(page)).not.toHaveAttribute("aria-live");
			await recordAdded(page);
			const older = page.getByRole("link", { name: OLDER });
			while ((await older.count()) > 0) {
				const before = (await added(page)).length;
				await older.press("Enter");
				await expect.poll(async () => (await added(page)).length).toBeGreaterThan(before);
				await expect(log(page)).not.toHaveAttribute("aria-busy");
			}
			await expect(message(page, "a question about lamps")).toHaveCount(1);
			expect(new Set(await added(page)), "aria-live when history is put in").toEqual(new Set(["off"]));
			await expect(log(page), "the focus when the link is gone").toBeFocused();
			await expect(log(page), "what comes next is read out").not.toHaveAttribute("aria-live");
		});
	}

	await test.step("unsent text, the session and the reading position are there after Back", async () => {
		await composer(customer).fill("Not sent yet");
		await message(customer, "Reply number 30.").evaluate((element) => element.scrollIntoView());
		await expect(button(customer, "Jump to latest")).toBeVisible();
		const position = await positionOf(customer, "Reply number 30.");
		await customer.goto("/");
		await write(agent, AWAY);
		await expect(message(agent, AWAY).getByRole("img", { name: /Sent|Delivered|Read/ })).toBeVisible();
		await customer.goBack({ waitUntil: "domcontentloaded" });
		// The newest message is in the HTML document itself, so no request is needed before it is shown.
		expect((await customer.content()).includes(AWAY), "the newest message is in the document").toBe(true);
		await expect(message(customer, "Reply number 30.")).toBeInViewport();
		expect(Math.abs((await positionOf(customer, "Reply number 30.")) - position)).toBeLessThanOrEqual(2);
		await expect(composer(customer)).toHaveValue("Not sent yet");
		await expect(message(customer, AWAY)).toHaveCount(1);
	});

	await test.step("a reader at the end is at the end after Back", async () => {
		await button(customer, "Jump to latest").click();
		await customer.goto("/");
		await customer.goBack();
		await expect(message(customer, AWAY)).toBeInViewport();
		await expect(button(customer, "Jump to latest")).toHaveCount(0);
	});
	await desk.close();
});

test("a draft is kept when the other side ends the session", async ({ page: customer, browser, guard }) => {
	test.setTimeout(120_000);
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL);
	await open(customer, "/chat");

	async function begin() {
		await write(customer, "Hello, is somebody there?");
		await expect(message(customer, "is somebody there?")).toBeVisible();
		const sessionId = await conversationOf(customer);
		await open(agent, `/admin/chat/${sessionId}`);
		await button(agent, "Take over").click();
		await expect(composer(agent)).toBeVisible();
	}

	await test.step("the agent ends the session while the customer writes", async () => {
		await begin();
		await composer(customer).fill("One more thing: my address is new");
		await composer(customer).focus();
		await endAsAgent(agent);
		await expect(customer.getByRole("region", { name: "Not sent" })).toContainText("my address is new");
		await expect(customer.locator("[data-focus-next]")).toBeFocused();
		await customer.reload();
		await expect(customer.getByRole("region", { name: "Not sent" })).toContainText("my address is new");
		await customer.getByRole("link", { name: "Start a new conversation" }).click();
		await expect(composer(customer)).toHaveValue("One more thing: my address is new");
	});

	await test.step("the customer ends the session while the agent writes", async () => {
		await begin();
		await composer(agent).fill("Your parcel is");
		await composer(agent).focus();
		await endChat(customer);
		await expect(agent.getByRole("region", { name: "Not sent" })).toContainText("Your parcel is");
		await expect(agent.getByText("This conversation has ended.").last()).toBeFocused();
		await agent.reload();
		await expect(agent.getByRole("region", { name: "Not sent" })).toContainText("Your parcel is");
	});
	await desk.close();
});
