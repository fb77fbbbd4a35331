import type { BrowserContext, Frame, Locator, Page } from "@playwright/test";
import { DEMO_AGENT_PASSWORD } from "./demo-agent.ts";
import { expect } from "./fixtures.ts";

/** A Playwright page, or the frame of a page without scripts; tests do the same steps in both. */

type PageOrFrame = Page | Frame;

/** The element that lists the messages of the conversation. */
export const log = (pageOrFrame: PageOrFrame): Locator =>
	pageOrFrame.getByRole("log", { name: "Conversation" });

/** The element that tells the user about a lost connection; absent while the page is connected. */
export const connection = (page: Page): Locator => page.locator("[data-line]");

export const button = (pageOrFrame: PageOrFrame, name: string): Locator =>
	pageOrFrame.getByRole("button", { name, exact: true });

/** Ends the session on the customer's page, and confirms the question whether to end it. */
export async function endChat(page: Page): Promise<void> {
	await button(page, "End chat").click();
	await page.getByRole("dialog").getByRole("button", { name: "End chat", exact: true }).click();
}

export const composer = (pageOrFrame: PageOrFrame): Locator =>
	pageOrFrame.getByRole("textbox", { name: "Message" });

/** The message that contains this text. */
export const message = (pageOrFrame: PageOrFrame, text: string | RegExp): Locator =>
	log(pageOrFrame).getByRole("article").filter({ hasText: text });

/** Opens a page and waits until its scripts have started (hydration); before that, forms are posted without scripts. */
export async function open(page: Page, path: string): Promise<void> {
	await page.goto(path);
	await expect(page.locator("html[data-hydrated]")).toBeAttached();
}

/** Opens a page in a browser without scripts, whose frame never finishes loading. */
export async function openWithoutScripts(page: Page, path: string): Promise<void> {
	await page.goto(path, { waitUntil: "domcontentloaded" });
}

/**
 * Repeats `look` in the frame of a page without scripts until it succeeds. The frame's document changes after each
 * form and when its stream has ended. @returns what `look` returned.
 */
export async function inFrame<Seen>(
	page: Page,
	look: (growing: Frame) => Promise<Seen>,
	withinMs = 30_000,
): Promise<Seen> {
	let seen: { value: Seen } | undefined;
	await expect(async () => {
		const growing = page.frames().findLast((frame) => /\/live$/.test(frame.url()));
		if (!growing) throw new Error("There is no conversation in the frame.");
		seen = { value: await look(growing) };
	}).toPass({ timeout: withinMs, intervals: [100] });
	if (!seen) throw new Error("Nothing was seen.");
	return seen.value;
}

/** Waits until the frame of a page without scripts contains exactly one message with this text. */
export const seeInFrame = (page: Page, text: string | RegExp, withinMs?: number): Promise<void> =>
	inFrame(page, (growing) => expect(message(growing, text)).toHaveCount(1, { timeout: 1_000 }), withinMs);

export async function write(page: Page, text: string): Promise<void> {
	await composer(page).fill(text);
	await button(page, "Send").click({ noWaitAfter: true });
}

/** Ends the session on an agent's page, and confirms the question whether to end it. */
export async function endAsAgent(page: Page): Promise<void> {
	await button(page, "End chat").click();
	await page.getByRole("dialog").getByRole("button", { name: "End chat", exact: true }).click();
}

/** The id of the session that a customer's page shows. */
export async function conversationOf(page: Page): Promise<string> {
	const field = page.locator('input[name="sessionId"]').first();
	await expect(field).not.toHaveValue("");
	return field.inputValue();
}

/**
 * Signs an agent in and waits for the inbox.
 * @param address URL of another app than the shared one, without a slash at the end.
 */
export async function signIn(page: Page, email: string, address = ""): Promise<void> {
	await page.goto(`${address}/admin/chat`, { waitUntil: "domcontentloaded" });
	await page.getByRole("textbox", { name: "Email" }).fill(email);
	await page.getByLabel("Password").fill(DEMO_AGENT_PASSWORD);
	await button(page, "Sign in").click({ noWaitAfter: true });
	await expect(page.getByRole("navigation", { name: "Conversations" })).toBeAttached();
}

/**
 * Signs a demo customer in to the store.
 * @param address URL of another app than the shared one, without a slash at the end.
 */
export async function signInAsCustomer(page: Page, name: string, address = ""): Promise<void> {
	await page.goto(`${address}/`, { waitUntil: "domcontentloaded" });
	const signOut = button(page, "Sign out");
	if (await signOut.isVisible()) await signOut.click();
	await page.locator("summary", { hasText: "Sign in" }).click();
	await page.getByLabel("Sign in as").selectOption(name);
	await button(page, "Sign in").click();
	await expect(page.getByText(name).first()).toBeVisible();
}

/** Presses Tab until the target has the focus, at most 20 times. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
	await expect(target).toBeVisible();
	for (let presses = 0; presses < 20; presses += 1) {
		if (await target.evaluate((element) => element === document.activeElement)) return;
		await page.keyboard.press("Tab");
	}
	await expect(target).toBeFocused();
}

/** The row of a session in the inbox. */
export const inboxRow = (page: Page, sessionId: string): Locator =>
	page.getByRole("navigation", { name: "Conversations" }).locator(`a[href$="/${sessionId}"]`);

/**
 * Records the text of an answer each time it changes on the page. @returns a function that reads the texts, oldest
 * first.
 */
export async function recordAnswerTexts(page: Page): Promise<() => Promise<string[]>> {
	await page.evaluate(() => {
		const states: string[] = [];
		Object.assign(window, { writingStates: states });
		new MutationObserver(() => {
			const text = document.querySelector("[data-live] [dir=auto]")?.textContent;
			if (text && text !== states.at(-1)) states.push(text);
		}).observe(document.body, { childList: true, subtree: true, characterData: true });
	});
	return () => page.evaluate(() => (window as unknown as { writingStates: string[] }).writingStates);
}

/**
 * Marks the page's present document. @returns a function that tells whether the page still has that document, which
 * means that it was not reloaded.
 */
export async function markDocument(page: Page): Promise<() => Promise<boolean>> {
	await page.evaluate(() => Object.assign(window, { isMarked: true }));
	return () => page.evaluate(() => "isMarked" in window);
}

/** Holds back the forms that a page posts. @returns a function that releases them. */
export async function holdForms(target: Page | BrowserContext): Promise<() => Promise<void>> {
	let letGo = () => {};
	const held = new Promise<void>((resolve) => {
		letGo = resolve;
	});
	await target.route("**/chat/actions", async (route) => {
		await held;
		await route.fallback();
	});
	return async () => {
		letGo();
		await target.unroute("**/chat/actions");
	};
}
