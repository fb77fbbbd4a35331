import type { Page } from "@playwright/test";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import {
	button,
	composer,
	conversationOf,
	holdForms,
	inboxRow,
	log,
	message,
	open,
	openWithoutScripts,
	signIn,
	write,
} from "./people.ts";

const END_BUTTON_NAME = "End chat";

/** Gives the focus to a page or takes it away, because Chromium in tests reports that every page has the focus. */
async function setFocus(page: Page, hasFocus: boolean) {
	await page.evaluate((hasFocus) => {
		document.hasFocus = () => hasFocus;
		window.dispatchEvent(new Event(hasFocus ? "focus" : "blur"));
	}, hasFocus);
}

/** Ends the session; a page with scripts asks for a confirmation first. */
async function endChat(page: Page) {
	await button(page, END_BUTTON_NAME).click();
	const asked = page.getByRole("dialog").getByRole("button", { name: END_BUTTON_NAME });
	if ((await page.getByRole("dialog").count()) > 0) await asked.click();
}

test("a sent message is added to the log once", async ({ page }) => {
	await open(page, "/chat");
	await write(page, "Hello there");
	await expect(message(page, "Hello there").getByRole("img", { name: /Sent|Delivered|Read/ })).toBeVisible();
	await log(page).evaluate((element) => {
		const added: string[] = [];
		Object.assign(window, { added });
		new MutationObserver((changes) => {
			for (const { addedNodes } of changes)
				for (const node of addedNodes)
					if (node.textContent?.includes("Is the lamp in stock")) added.push(node.nodeName);
		}).observe(element, { childList: true, subtree: true });
	});
	const letGo = await holdForms(page);
	await write(page, "Is the lamp in stock?");
	await expect(message(page, "Is the lamp in stock?")).toContainText("Sending");
	await letGo();
	await expect(
		message(page, "Is the lamp in stock?").getByRole("img", { name: /Sent|Delivered|Read/ }),
	).toBeVisible();
	expect(await page.evaluate(() => (window as unknown as { added: string[] }).added)).toEqual(["ARTICLE"]);
});

test("a message is read when somebody is at the page, and the tab's title counts unread ones", async ({
	page: customer,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await open(customer, "/chat");
	await write(customer, "Hello, a question about lamps");
	await expect(message(customer, /./).nth(1)).toBeVisible();
	const sessionId = await conversationOf(customer);

	await test.step("the composer gets the focus when the button for an agent disappears", async () => {
		await button(customer, "Talk to a person").press("Enter");
		await expect(button(customer, "Talk to a person")).toHaveCount(0);
		await expect(composer(customer)).toBeFocused();
	});

	await signIn(agent, DEMO_AGENT_EMAIL);
	await inboxRow(agent, sessionId).click();
	await button(agent, "Take over").click();
	await expect(composer(agent)).toBeVisible();

	await setFocus(customer, false);
	await write(agent, "Which lamp do you mean?");
	const reply = message(agent, "Which lamp do you mean?");
	await expect(reply.getByRole("img", { name: "Delivered" })).toBeVisible();
	await expect(customer).toHaveTitle("(1) Ana replied · Mevi Living");
	await write(agent, "There are two.");
	await expect(customer).toHaveTitle("(2) Ana replied · Mevi Living");
	await expect(message(agent, "There are two.").getByRole("img", { name: "Delivered" })).toBeVisible();
	await expect(message(agent, "There are two.").getByRole("img", { name: "Read" })).toHaveCount(0);
	await setFocus(customer, true);
	await expect(message(agent, "There are two.").getByRole("img", { name: "Read" })).toBeVisible();
	await expect(customer).toHaveTitle("Chat with us · Mevi Living");

	await setFocus(customer, false);
	await write(agent, "A third one came today.");
	await expect(customer).toHaveTitle(/^\(1\)/);
	await customer.mouse.move(300, 300);
	await customer.mouse.wheel(0, 10);
	await expect(message(agent, "A third one came today.").getByRole("img", { name: "Read" })).toBeVisible();
	await desk.close();
});

test("unsent text survives the end and is offered in the next session", async ({ page: customer }) => {
	await open(customer, "/chat");
	await write(customer, "Hello");
	await expect(message(customer, /./).nth(1)).toBeVisible();
	await composer(customer).fill("One more thing: my address is new");
	await endChat(customer);
	await expect(customer.getByRole("region", { name: "Not sent" })).toContainText("my address is new");
	await expect(customer.locator("[data-focus-next]")).toBeFocused();
	await customer.getByRole("radio", { name: "4" }).check();
	await button(customer, "Rate").press("Enter");
	await expect(customer.getByText("Thank you for your rating")).toBeFocused();
	await customer.getByRole("link", { name: "Start a new conversation" }).click();
	await expect(composer(customer)).toHaveValue("One more thing: my address is new");
});

test("without scripts unsent text is kept for the next session", async ({ browser, guard }) => {
	const context = await browser.newContext({ javaScriptEnabled: false });
	guard.watch(context);
	const page = await context.newPage();
	await openWithoutScripts(page, "/chat");
	await write(page, "Hello");
	await expect(button(page, END_BUTTON_NAME)).toBeVisible();
	await composer(page).fill("And one more thing");
	await button(page, END_BUTTON_NAME).click({ noWaitAfter: true });
	await expect(page.getByRole("region", { name: "Not sent" })).toContainText("And one more thing");
	await button(page, "Start a new conversation").click({ noWaitAfter: true });
	await expect(composer(page)).toHaveValue("And one more thing");
	await context.close();
});

test("a page that the browser restores loads the current session", async ({ page }) => {
	await open(page, "/chat");
	const before = await page.request.get("/chat");
	await write(page, "Written on the page before");
	await expect(
		message(page, "Written on the page before").getByRole("img", { name: /Sent|Read/ }),
	).toBeVisible();
	await page.goto("/");
	// Firefox shows the document from its HTTP cache, as it was before the first message.
	await page.route("**/chat", (route) => route.fulfill({ response: before }));
	await page.goBack({ waitUntil: "domcontentloaded" });
	await expect(message(page, "Written on the page before")).toHaveCount(1);
});
