import { checkAccessibility } from "./accessibility.ts";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import {
	button,
	composer,
	conversationOf,
	endChat,
	inboxRow,
	log,
	message,
	open,
	signIn,
	write,
} from "./people.ts";

const LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen".repeat(3);

test("the shop and its help meet WCAG A and AA and fit a phone", async ({ page }) => {
	for (const path of ["/", "/help", "/help/caring-for-wood", "/admin/login"]) {
		await page.goto(path);
		await checkAccessibility(page);
	}
});

test("the chat meets WCAG A and AA and fits a phone, on both sides", async ({
	page: customer,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL);

	await open(customer, "/chat");
	await composer(customer).fill(LONG_WORD.repeat(5));
	await checkAccessibility(customer);
	await write(customer, "How do I care for a wooden table?");
	await expect(message(customer, /\boil/i)).toBeVisible();
	await write(customer, `${LONG_WORD} https://example.com/${LONG_WORD}`);
	await expect(message(customer, LONG_WORD)).toBeVisible();
	await checkAccessibility(customer);

	await inboxRow(agent, await conversationOf(customer)).click();
	await expect(message(agent, LONG_WORD)).toBeVisible();
	await button(agent, "Take over").click();
	await expect(button(agent, "Send")).toBeVisible();
	await checkAccessibility(agent);
	for (const page of [customer, agent]) {
		await expect(
			log(page).getByRole("article").last(),
			"a smaller window still shows the end",
		).toBeInViewport();
		await expect(button(page, "Jump to latest")).toHaveCount(0);
	}
	await agent.getByRole("link", { name: "Customer" }).click();
	await expect(agent.getByRole("complementary", { name: "Customer" })).toBeInViewport();

	await endChat(customer);
	await expect(customer.getByRole("radio", { name: "1" })).toBeVisible();
	await checkAccessibility(customer);
});

test("unanswered questions are listed for the store, beside its articles", async ({
	page,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL);
	await open(page, "/chat");
	await write(page, "Do you tune harpsichords?");
	await expect(log(page).getByRole("button", { name: "Talk to a person" })).toBeVisible();
	await endChat(page);

	await agent.getByRole("link", { name: "Knowledge" }).click();
	const row = agent.getByRole("listitem").filter({ hasText: "Do you tune harpsichords?" });
	await expect(row).toContainText("English");
	await expect(agent.getByRole("link", { name: "Caring for wood" })).toHaveAttribute(
		"href",
		"/help/caring-for-wood",
	);
	await checkAccessibility(agent);
	await button(agent, "Done: Do you tune harpsichords?").click();
	await expect(row).toHaveCount(0);
});

test("clicks and typing before hydration do no harm", async ({ browser, guard }) => {
	const context = await browser.newContext();
	guard.watch(context);
	await context.addInitScript(() => {
		const poke = () => {
			const field = document.querySelector<HTMLElement>("input[name=email], textarea");
			field?.dispatchEvent(new MouseEvent("mousedown", { bubbles: true }));
			field?.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, key: "a" }));
		};
		new MutationObserver(poke).observe(document, { childList: true, subtree: true });
		setInterval(poke, 0);
	});
	for (let visit = 0; visit < 10; visit += 1) {
		const page = await context.newPage();
		await page.goto("/chat");
		await page.waitForFunction(() => document.documentElement.dataset.hydrated === "yes");
		await page.close();
	}
	await context.close();
});
