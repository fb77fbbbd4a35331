import { DEMO_AGENT_EMAIL, expect, SECOND_AGENT_EMAIL, test } from "./fixtures.ts";
import {
	button,
	composer,
	conversationOf,
	endAsAgent,
	inboxRow,
	log,
	message,
	open,
	openWithoutScripts,
	signIn,
	write,
} from "./people.ts";

test("an agent's focus, drafts, suggestion and title", async ({ page: customer, browser, guard }) => {
	test.setTimeout(300_000);
	guard.expectError(/401/);
	const desk = await browser.newContext({ viewport: { width: 1280, height: 600 } });
	const secondDesk = await browser.newContext();
	for (const context of [desk, secondDesk]) guard.watch(context);
	const agent = await desk.newPage();
	const colleague = await secondDesk.newPage();
	const focused = () =>
		agent.evaluate(() => document.activeElement?.getAttribute("name") ?? document.activeElement?.tagName);

	await test.step("after a refused login the password field has the focus", async () => {
		await agent.goto("/admin/login");
		await agent.getByRole("textbox", { name: "Email" }).fill(DEMO_AGENT_EMAIL);
		await agent.getByLabel("Password").fill("not the password");
		await button(agent, "Sign in").click();
		await expect(agent.getByRole("alert")).toContainText("Wrong email or password.");
		await expect(agent.getByLabel("Password")).toBeFocused();
	});

	await Promise.all([signIn(agent, DEMO_AGENT_EMAIL), signIn(colleague, SECOND_AGENT_EMAIL)]);
	await open(customer, "/chat");
	await write(customer, "How long do I have to return something?");
	// The test accepts any answer of the assistant, because the answer depends on which background work has finished
	// since the app started.
	await expect(log(customer).getByRole("article", { name: "Assistant" })).toBeVisible({ timeout: 30_000 });
	const sessionId = await conversationOf(customer);
	await button(customer, "Talk to a person").first().click();

	await test.step("the title counts a queued customer until the session is opened", async () => {
		await expect(agent).toHaveTitle(/^\(\d+\) Conversations/);
		const before = Number(/\d+/.exec(await agent.title())?.[0]);
		await inboxRow(agent, sessionId).click();
		await expect(agent).toHaveTitle(
			before > 1 ? `(${before - 1}) Conversations · Mevi Chat` : "Conversations · Mevi Chat",
		);
	});

	await test.step("taking over closes the handover and focuses the composer", async () => {
		const handover = agent.getByLabel("Handover");
		await expect(handover).toHaveAttribute("open");
		await button(agent, "Take over").click();
		await expect(composer(agent)).toBeFocused();
		await expect(handover).not.toHaveAttribute("open");
		await handover.locator("summary").click();
		await expect(handover).toHaveAttribute("open");
		await handover.locator("summary").click();
	});

	await test.step("a suggestion takes at most 30 % of the column", async () => {
		await button(agent, "Suggest a reply").click();
		const suggestion = agent.getByRole("region", { name: "Suggested reply" });
		await expect(suggestion).toBeVisible();
		for (const viewport of [
			{ width: 1280, height: 800 },
			{ width: 1280, height: 600 },
			{ width: 390, height: 844 },
		]) {
			await agent.setViewportSize(viewport);
			const column = await agent.locator("#conversation").boundingBox();
			const box = await suggestion.boundingBox();
			expect(box?.height ?? 999, `${viewport.width}x${viewport.height}`).toBeLessThanOrEqual(
				(column?.height ?? 0) * 0.3 + 1,
			);
		}
		await agent.setViewportSize({ width: 1280, height: 800 });
		await agent.getByRole("link", { name: "Dismiss" }).click();
	});

	await test.step("unread messages of the agent's session count in the title until they are read", async () => {
		await agent.goto("/admin/knowledge");
		await write(customer, "Are you still there?");
		await agent.goto("/admin/chat");
		await expect(inboxRow(agent, sessionId)).toContainText("1 unread");
		const before = await agent.title();
		await inboxRow(agent, sessionId).click();
		await expect(inboxRow(agent, sessionId)).not.toContainText("unread");
		await expect.poll(() => agent.title()).not.toBe(before);
	});

	await test.step("a draft survives other sessions, a reload and the end", async () => {
		await composer(agent).fill("Half a reply");
		await agent.getByRole("link", { name: "Ended conversations" }).click();
		await expect(agent.getByRole("heading", { name: "Ended conversations" })).toBeVisible();
		await open(agent, `/admin/chat/${sessionId}`);
		await expect(composer(agent)).toHaveValue("Half a reply");
		await button(agent, "End chat").click();
		await agent.getByRole("dialog").getByRole("button", { name: "Keep it open" }).click();
		await expect(button(agent, "End chat")).toBeFocused();
		await endAsAgent(agent);
		await expect(agent.getByRole("region", { name: "Not sent" })).toContainText("Half a reply");
		await expect(agent.getByText("This conversation has ended.").last()).toBeFocused();
		expect(await focused()).not.toBe("BODY");
		await open(agent, `/admin/chat/${sessionId}`);
		await expect(agent.getByRole("region", { name: "Not sent" })).toContainText("Half a reply");
		await button(agent, "Discard").click();
		await expect(agent.getByRole("region", { name: "Not sent" })).toHaveCount(0);
	});

	await test.step("a sender is marked as spam, refused, and unblocked", async () => {
		await agent.locator("summary", { hasText: "Block or mark as spam" }).click();
		await button(agent, "Mark as spam").click();
		await expect(agent.getByRole("region", { name: "Blocked" })).toContainText("Marked as spam by Ana");
		await expect(button(agent, "Not spam")).toBeFocused();
		await button(agent, "Not spam").click();
		await expect(agent.locator("summary", { hasText: "Block or mark as spam" })).toBeFocused();
	});

	await test.step("an ended session is found and read", async () => {
		await colleague.goto("/admin/ended");
		await colleague.getByRole("textbox", { name: "Conversation id" }).fill(sessionId.slice(0, 8));
		await button(colleague, "Search").click();
		await colleague.locator(`a[href="/admin/chat/${sessionId}"]`).click();
		await expect(message(colleague, "Are you still there?")).toBeVisible();
	});
});

test("without scripts the end of another agent's session needs a confirmation", async ({
	browser,
	guard,
}) => {
	guard.expectError(/403/);
	const [home, desk, secondDesk] = await Promise.all(
		[1, 2, 3].map(() => browser.newContext({ javaScriptEnabled: false })),
	);
	if (!home || !desk || !secondDesk) throw new Error("There are three people.");
	for (const context of [home, desk, secondDesk]) guard.watch(context);
	const [customer, agent, colleague] = await Promise.all([
		home.newPage(),
		desk.newPage(),
		secondDesk.newPage(),
	]);
	await openWithoutScripts(customer, "/chat");
	await write(customer, "How long do I have to return something?");
	const sessionId = await conversationOf(customer);
	await signIn(agent, DEMO_AGENT_EMAIL);
	await openWithoutScripts(agent, `/admin/chat/${sessionId}`);
	await button(agent, "Take over").click({ noWaitAfter: true });
	await expect(composer(agent)).toBeVisible();
	await signIn(colleague, SECOND_AGENT_EMAIL);
	await openWithoutScripts(colleague, `/admin/chat/${sessionId}`);
	await button(colleague, "End chat").click({ noWaitAfter: true });
	const step = colleague.getByRole("region", { name: "End this chat?" });
	await expect(step).toContainText("Ana has this conversation.");
	await button(step as never, "End chat").click({ noWaitAfter: true });
	await expect(colleague.getByText("This conversation has ended").last()).toBeVisible();
});
