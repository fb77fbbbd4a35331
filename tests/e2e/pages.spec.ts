import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import { button, conversationOf, inboxLine, log, message, open, signIn, write } from "./people.ts";

/** Both colour schemes and both sizes, in two looks: a fault of one hardly ever hides behind the other. */
const LOOKS = [
	{ colorScheme: "light", viewport: { width: 1280, height: 800 } },
	{ colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;
const LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen".repeat(3);

test("the shop and its help meet WCAG A and AA and fit a phone", async ({ page }) => {
	for (const path of ["/", "/help", "/help/caring-for-wood", "/admin/login"]) {
		await page.goto(path);
		await inspect(page);
	}
});

test("the conversation meets WCAG A and AA and fits a phone, on both sides", async ({
	page: customer,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL);

	await open(customer, "/chat");
	await inspect(customer);
	await write(customer, "How do I care for a wooden table?");
	await expect(message(customer, /\boil/i)).toBeVisible();
	await write(customer, `${LONG_WORD} https://example.com/${LONG_WORD}`);
	await expect(message(customer, LONG_WORD)).toBeVisible();
	await inspect(customer);

	await inboxLine(agent, await conversationOf(customer)).click();
	await expect(message(agent, LONG_WORD)).toBeVisible();
	await button(agent, "Take over").click();
	await expect(button(agent, "Send")).toBeVisible();
	await inspect(agent);
	for (const page of [customer, agent]) {
		await expect(
			log(page).getByRole("article").last(),
			"a smaller window still shows the end",
		).toBeInViewport();
		await expect(button(page, "Jump to latest")).toHaveCount(0);
	}
	await agent.getByRole("link", { name: "Customer" }).click();
	await expect(agent.getByRole("complementary", { name: "Customer" })).toBeInViewport();

	await button(customer, "End chat").click();
	await expect(customer.getByRole("radio", { name: "1" })).toBeVisible();
	await inspect(customer);
});

/** Looks at the page as it is now, and leaves it small. Goes on after a fault: one run shows all of them. */
async function inspect(page: Page): Promise<void> {
	const { pathname } = new URL(page.url());
	for (const { colorScheme, viewport } of LOOKS) {
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		await page.setViewportSize(viewport);
		const where = `${pathname}, ${colorScheme}, ${viewport.width} px`;
		const overflow = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		expect.soft(overflow, `pixels too wide: ${where}`).toBeLessThanOrEqual(0);
		const { violations } = await new AxeBuilder({ page })
			.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
			// The other mode opens a blank page for each look, to put together results of frames; there are none.
			.setLegacyMode()
			.analyze();
		const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
		expect.soft(found, where).toEqual([]);
	}
}

test("a page that is clicked and typed in before its scripts run takes no harm", async ({
	browser,
	guard,
}) => {
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
