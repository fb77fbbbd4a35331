import type { Page } from "@playwright/test";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import { button, composer, conversationOf, message, open, signIn, write } from "./people.ts";

/**
 * Records which parts of the page React renders. React calls this hook for its developer tools after each commit. A
 * function component that was rendered in the commit is new, or has the flag PerformedWork (1) and another fiber than
 * before; the developer tools decide in the same way. Each component is recorded by the part of the page that its first
 * element is in.
 */
function recordRenderings() {
	type Fiber = {
		tag: number;
		flags: number;
		stateNode: unknown;
		child: Fiber | null;
		sibling: Fiber | null;
		alternate: Fiber | null;
	};
	const FUNCTION_COMPONENT_TAGS = [0, 11, 14, 15];
	const rendered: string[] = [];
	const firstElement = (fiber: Fiber | null): Element | null => {
		for (let at = fiber; at; at = at.sibling) {
			if (at.stateNode instanceof Element) return at.stateNode;
			const found = firstElement(at.child);
			if (found) return found;
		}
		return null;
	};
	const partOf = (element: Element | null): string => {
		// The agents' inbox beside the conversation shows the newest message, so it is rendered too.
		if (document.getElementById("conversation") && !element?.closest("#conversation, #customer"))
			return "page";
		if (element?.querySelector(":scope > [data-line]")) return "connection";
		const part = element?.closest("article, form, header, aside, details, noscript, section[data-queue]");
		if (!part) return "page";
		return part.localName === "article" ? `message ${part.getAttribute("data-seq")}` : part.localName;
	};
	function visit(fiber: Fiber, before: Fiber | null) {
		const isRendered = before === null || (fiber.flags & 1) === 1;
		if (isRendered && FUNCTION_COMPONENT_TAGS.includes(fiber.tag))
			rendered.push(partOf(firstElement(fiber.child)));
		if (before && fiber.child === before.child) return;
		for (let child = fiber.child; child; child = child.sibling) visit(child, child.alternate);
	}
	Object.assign(window, {
		rendered,
		__REACT_DEVTOOLS_GLOBAL_HOOK__: {
			supportsFiber: true,
			renderers: new Map(),
			checkDCE() {},
			inject: () => 1,
			onScheduleFiberRoot() {},
			onCommitFiberUnmount() {},
			onPostCommitFiberRoot() {},
			onCommitFiberRoot: (_: number, root: { current: Fiber }) => visit(root.current, root.current.alternate),
		},
	});
}

const renderedParts = (page: Page): Promise<string[]> =>
	page.evaluate(() => [...new Set((window as unknown as { rendered: string[] }).rendered)].sort());
const forgetRenderings = (page: Page): Promise<void> =>
	page.evaluate(() => void (window as unknown as { rendered: string[] }).rendered.splice(0));

test("a message renders the transcript and its bubble, and no other part of the page", async ({
	page: customer,
	browser,
	guard,
}) => {
	test.setTimeout(240_000);
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	for (const page of [customer, agent]) await page.addInitScript(recordRenderings);
	await open(customer, "/chat");
	await write(customer, "Hello, a question about lamps");
	await expect(message(customer, "a question about lamps")).toBeVisible();
	const sessionId = await conversationOf(customer);
	await signIn(agent, DEMO_AGENT_EMAIL);
	await open(agent, `/admin/chat/${sessionId}`);
	await button(agent, "Take over").click();
	await expect(composer(agent)).toBeVisible();
	await write(agent, "Which lamp is it?");
	await write(customer, "The small one.");
	await write(agent, "Then I know it.");
	for (const page of [customer, agent]) {
		await open(page, page.url());
		await expect(message(page, "Then I know it.")).toBeVisible();
		await expect(page.locator("[data-line=live]")).toBeAttached();
	}

	for (const [writer, reader, text] of [
		[agent, customer, "An answer to the customer."],
		[customer, agent, "A question to the agent."],
	] as const) {
		// The receipts of the messages before are there, so that the next message is the only change.
		for (const page of [customer, agent])
			await expect(message(page, /Then I know it|An answer to the customer/).last()).toBeVisible();
		await expect
			.poll(async () => {
				await forgetRenderings(reader);
				await reader.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1_000)));
				return renderedParts(reader);
			})
			.toEqual([]);
		const earlier = await reader
			.locator("article[data-seq]")
			.evaluateAll((all) => all.map((element) => `message ${element.getAttribute("data-seq")}`));
		expect(earlier.length).toBeGreaterThanOrEqual(3);
		await write(writer, text);
		await expect(message(reader, text)).toBeVisible();
		const seq = await message(reader, text).getAttribute("data-seq");
		const last = earlier.pop();
		// The message before may be rendered too, because it is no longer the last one of its run.
		const allowed = ["page", last, `message ${seq}`];
		const parts = await renderedParts(reader);
		expect(parts, "the hook records renderings").toContain(`message ${seq}`);
		expect(parts.filter((part) => !allowed.includes(part))).toEqual([]);
	}
	await desk.close();
});
