import type { BrowserContext, Page } from "@playwright/test";
import { checkAccessibility } from "./accessibility.ts";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import {
	button,
	composer,
	connection,
	conversationOf,
	endChat,
	inboxRow,
	log,
	message,
	open,
	signIn,
	signInAsCustomer,
	tabTo,
	write,
} from "./people.ts";

test("two tabs show the same, and everything is there after a reload", async ({ page: first, context }) => {
	const second = await context.newPage();
	await open(first, "/chat");
	await open(second, "/chat");
	await write(first, "How do I care for a wooden table?");
	await expect(message(first, /\boil/i)).toBeVisible();
	await expect(message(second, /\boil/i)).toBeVisible();
	await write(second, "thank you");
	await expect(message(first, "You're welcome.")).toBeVisible();
	await expect(message(second, "You're welcome.")).toBeVisible();
	const whole = await textsOf(first);
	expect(whole).toHaveLength(4);
	expect(await textsOf(second)).toEqual(whole);

	await first.reload();
	await expect(message(first, "You're welcome.")).toBeVisible();
	expect(await textsOf(first)).toEqual(whole);

	await test.step("ten tabs share one stream over HTTP/1.1's six connections, and each of them can post", async () => {
		const streams = countStreams(context);
		const more = await Promise.all(Array.from({ length: 8 }, () => context.newPage()));
		for (const tab of more) await open(tab, "/chat");
		const tabs = [first, second, ...more];
		for (const tab of tabs) await expect(log(tab)).toHaveAttribute("data-transport", "sse");
		for (const [index, tab] of tabs.entries()) await write(tab, `From tab ${index}`);
		for (const tab of tabs) {
			for (const index of tabs.keys()) await expect(message(tab, `From tab ${index}`)).toHaveCount(1);
		}
		expect(streams(), "streams opened by eight more tabs").toBe(0);
		// The second tab has become the leader because the first tab was reloaded. When the second tab closes, another
		// tab becomes the leader.
		await second.close();
		await write(first, "Written after the second was closed");
		for (const tab of [first, ...more]) {
			await expect(message(tab, "Written after the second was closed")).toHaveCount(1);
		}
		expect(streams()).toBe(1);
		for (const tab of more) await tab.close();
	});

	const last = await context.newPage();
	await open(last, "/chat");
	await endChat(last);
	await first.getByRole("radio", { name: "5" }).check();
	await button(first, "Rate").click();
	await expect(last.getByText("Thank you for your rating")).toBeVisible();
});

test("a signed-in customer asks about their order, and the agent sees it; another customer does not", async ({
	page,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL);

	await signInAsCustomer(page, "Noor Haddad");
	const orders = page.getByRole("region", { name: "Your orders" });
	const number =
		(await orders
			.getByText(/^W\d+$/)
			.first()
			.textContent()) ?? "";
	await open(page, "/chat");
	await write(page, `Where is my order ${number}?`);
	await expect(message(page, number).filter({ hasText: "Assistant" })).toBeVisible();
	const conversation = await conversationOf(page);

	await inboxRow(agent, conversation).click();
	await expect(agent.getByRole("heading", { name: "Noor Haddad" }).first()).toBeVisible();
	await expect(agent.getByRole("complementary", { name: "Customer" })).toContainText(number);

	await signInAsCustomer(page, "Mateo Fuentes");
	await open(page, "/chat");
	await expect(page.getByText("signed in as Mateo Fuentes")).toBeVisible();
	await expect(log(page)).not.toContainText(number);
	await write(page, `Where is my order ${number}?`);
	await expect(log(page).getByRole("article")).toHaveCount(2);
	await expect(log(page)).not.toContainText(/shipped|delivered|on its way|processed|cancelled/i);
	expect(await conversationOf(page)).not.toBe(conversation);
	expect((await page.request.get(`/chat/sync?sessionId=${conversation}`)).status()).toBe(404);
	await endChat(page);
	await expect(composer(page)).toHaveCount(0);
});

test("a message that was written offline is kept over a reload and arrives once", async ({
	page,
	context,
	guard,
}) => {
	guard.expectError(/ERR_INTERNET_DISCONNECTED/);
	guard.expectError(/ERR_FAILED/);
	await open(page, "/chat");
	await write(page, "thank you");
	await expect(message(page, "You're welcome.")).toBeVisible();

	await context.setOffline(true);
	await write(page, "Written in a tunnel");
	await expect(log(page)).toContainText("Written in a tunnel");
	await expect(log(page)).toContainText("Sending");
	await expect(connection(page)).toHaveText("You're offline. We'll send this when you're back.");
	await checkAccessibility(page);
	const [notice, first] = await Promise.all([
		connection(page).getByText("Offline").boundingBox(),
		log(page).getByRole("article").first().boundingBox(),
	]);
	expect((notice?.y ?? 0) + (notice?.height ?? 0), "nothing is covered").toBeLessThan(first?.y ?? 0);
	await context.setOffline(false);
	await expect(message(page, "Written in a tunnel")).toHaveCount(1);
	await expect(log(page)).not.toContainText("Sending");
	await expect(connection(page)).toHaveText("");

	// The answer to this post is lost, so the page cannot know that the message was written.
	let lost = 0;
	await page.route("**/chat/actions", async (route) => {
		if (!route.request().postData()?.includes("intent=send")) return route.continue();
		if (lost === 0) await route.fetch();
		lost += 1;
		return route.abort();
	});
	await write(page, "Written at the other end");
	await expect.poll(() => lost).toBeGreaterThan(0);
	await page.reload();
	await expect(log(page)).toContainText("Written at the other end");
	await page.unroute("**/chat/actions");
	await expect(message(page, "Written at the other end")).toHaveCount(1);
	await expect(log(page)).not.toContainText("Sending");
	await page.reload();
	await expect(message(page, "Written at the other end")).toHaveCount(1);
	await expect(log(page).getByText("Written at the other end")).toHaveCount(1);

	// The message of a tab that was closed before it could send is sent by the next tab, and no draft is lost.
	await context.route("**/chat/actions", (route) => route.abort());
	await write(page, "Written in a tab that was closed");
	await expect(log(page)).toContainText("Sending");
	await composer(page).fill("Half a thought");
	await page.reload();
	await expect(composer(page)).toHaveValue("Half a thought");
	await expect(log(page)).toContainText("Written in a tab that was closed");
	await page.close();
	await context.unroute("**/chat/actions");
	const next = await context.newPage();
	await open(next, "/chat");
	await expect(message(next, "Written in a tab that was closed")).toHaveCount(1);
	await expect(log(next)).not.toContainText("Sending");
});

test("everything works with the keyboard alone", async ({ page }) => {
	await open(page, "/chat");
	await tabTo(page, button(page, "Talk to a person"));
	await page.keyboard.press("Enter");
	await expect(page.getByText(/You are number \d+ in the queue/).first()).toBeVisible();
	await expect(page.getByRole("banner")).toContainText("Waiting for a member of our team");
	await expect(log(page), "the place is live, not written down").not.toContainText("in the queue");
	await expect(button(page, "Talk to a person")).toHaveCount(0);

	await tabTo(page, composer(page));
	await page.keyboard.type("Good morning");
	await page.keyboard.press("Shift+Enter");
	await page.keyboard.type("I need some advice");
	await page.keyboard.press("Enter");
	await expect(message(page, "Good morning\nI need some advice")).toBeVisible();
	await expect(composer(page)).toBeFocused();
	await expect(composer(page)).toHaveValue("");

	await tabTo(page, button(page, "End chat"));
	await page.keyboard.press("Enter");
	const dialog = page.getByRole("dialog", { name: "End this chat?" });
	await expect(dialog).toBeVisible();
	await page.keyboard.press("Escape");
	await expect(dialog).toHaveCount(0);
	await expect(button(page, "End chat"), "the focus returns").toBeFocused();
	await expect(composer(page), "nothing has ended").toBeVisible();
	await page.keyboard.press("Enter");
	await expect(dialog.getByRole("button", { name: "Keep chatting" })).toBeFocused();
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await tabTo(page, page.getByRole("radio", { name: "1" }));
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("ArrowRight");
	await page.keyboard.press("Enter");
	await expect(page.getByRole("img", { name: "3 of 5" })).toBeVisible();
});

/** The texts of all messages, without their times. */
const textsOf = (page: Page): Promise<string[]> =>
	log(page).getByRole("article").locator("[dir=auto]").allInnerTexts();

/**
 * Starts to count event streams. @returns a function that returns how many streams this browser's pages have
 * requested since then.
 */
function countStreams(context: BrowserContext): () => number {
	let count = 0;
	context.on("request", (request) => {
		if (new URL(request.url()).pathname === "/chat/events") count += 1;
	});
	return () => count;
}
