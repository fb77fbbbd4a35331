import { checkAccessibility } from "./accessibility.ts";
import { DEMO_AGENT_EMAIL, expect, SECOND_AGENT_EMAIL, test } from "./fixtures.ts";
import {
	button,
	composer,
	conversationOf,
	endAsAgent,
	holdForms,
	inboxRow,
	log,
	markDocument,
	message,
	open,
	recordAnswerTexts,
	signIn,
	write,
} from "./people.ts";

/**
 * A question that no other test may ask before: its answer would come from the cache at once, but this test watches
 * an answer that streams.
 */
const QUESTION = "How do I care for a wooden table?";
const ANSWER = /\boil/i;
const IN_HEBREW = "תודה רבה, המנורה שבורה.";

test("a customer asks, the assistant answers, an agent takes over, and the customer rates", async ({
	page: customer,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	const secondDesk = await browser.newContext();
	guard.watch(desk);
	guard.watch(secondDesk);
	const agent = await desk.newPage();
	const colleague = await secondDesk.newPage();
	await Promise.all([signIn(agent, DEMO_AGENT_EMAIL), signIn(colleague, SECOND_AGENT_EMAIL)]);
	const isSameList = await markDocument(agent);

	await test.step("the question is shown before the server has acknowledged it", async () => {
		await open(customer, "/chat");
		const letGo = await holdForms(customer);
		await write(customer, QUESTION);
		await expect(log(customer)).toContainText(QUESTION);
		await expect(log(customer)).toContainText("Sending");
		await expect(composer(customer)).toHaveValue("");
		const writing = await recordAnswerTexts(customer);
		await letGo();
		const answer = message(customer, ANSWER);
		await expect(answer).toBeVisible();
		// The text for which the test waited may already be in the first piece of the answer.
		await expect(answer.getByRole("list", { name: "Sources" })).toBeVisible();
		const states = await writing();
		expect(states.length, "steps in which the answer appeared").toBeGreaterThan(1);
		for (const [index, state] of states.entries())
			expect(state.startsWith(states[index - 1] ?? "")).toBe(true);
		await expect(answer).toHaveCount(1);
		const source = answer.getByRole("list", { name: "Sources" }).getByRole("link");
		await expect(source).toHaveAttribute("href", /^\/help\/caring-for-wood/);
		const article = await customer.request.get((await source.getAttribute("href")) ?? "");
		expect(article.status()).toBe(200);
		await expect(message(customer, QUESTION)).toHaveCount(1);
	});

	const sessionId = await conversationOf(customer);
	await test.step("an agent is requested, and the inbox shows the session without a reload", async () => {
		await button(customer, "Talk to a person").click();
		await expect(log(customer)).toContainText("We've asked a member of our team to join.");
		await expect(button(customer, "Talk to a person")).toHaveCount(0);
		await expect(inboxRow(agent, sessionId)).toContainText("Waiting");
		expect(await isSameList()).toBe(true);
	});

	await test.step("an agent opens the session and sees history, intent and typing", async () => {
		await inboxRow(agent, sessionId).click();
		await expect(message(agent, QUESTION)).toBeVisible();
		await expect(message(agent, ANSWER)).toBeVisible();
		const panel = agent.getByRole("complementary", { name: "Customer" });
		await expect(panel.getByText("Topic").locator("+ dd")).not.toHaveText("Not known yet");
		await inboxRow(colleague, sessionId).click();
		await expect(button(colleague, "Take over")).toBeVisible();
		await composer(customer).pressSequentially("The");
		await expect(log(agent)).toContainText("is typing");
	});

	await test.step("the agent takes over, and another agent sees who has the session", async () => {
		await button(agent, "Take over").click();
		await expect(composer(agent)).toBeVisible();
		await expect(colleague.getByText("Ana has taken this conversation.")).toBeVisible();
		await expect(button(colleague, "Take over")).toHaveCount(0);
		await expect(composer(colleague)).toHaveCount(0);
		await expect(inboxRow(colleague, sessionId)).toContainText("With Ana");
		await expect(customer.getByText("Ana is with you")).toBeVisible();
	});

	await test.step("without a model the copilot shows the best passage and nothing else", async () => {
		await expect(button(agent, "Summarise")).toHaveCount(0);
		await button(agent, "Suggest a reply").click();
		const suggestion = agent.getByRole("region", { name: "Suggested reply" });
		await expect(suggestion).toContainText(ANSWER);
		await expect(suggestion).toContainText("quoted");
		await expect(suggestion.getByRole("link", { name: /wood/ })).toHaveAttribute("href", /^\/help\//);
		await checkAccessibility(agent);
		await button(agent, "Use as draft").click();
		await expect(composer(agent)).toHaveValue(ANSWER);
		await composer(agent).fill("");
		await agent.setViewportSize({ width: 1280, height: 720 });
	});

	await test.step("customer and agent write to each other, each in their own script", async () => {
		await write(customer, IN_HEBREW);
		const foreign = message(agent, IN_HEBREW).getByText(IN_HEBREW);
		await expect(foreign).toHaveCSS("direction", "rtl");
		await composer(agent).pressSequentially("I am");
		await expect(log(customer)).toContainText("Ana is typing");
		await write(agent, "I am sending you a new one today.");
		await expect(message(customer, "I am sending you a new one today.")).toContainText("Ana");
		await expect(log(customer)).not.toContainText("is typing");
		await expect(message(colleague, "I am sending you a new one today.")).toBeVisible();
		await expect(
			log(customer).getByText("Assistant", { exact: true }),
			"the assistant is silent",
		).toHaveCount(1);
	});

	await test.step("the agent ends the session, the customer rates it, and the agent sees the rating", async () => {
		await endAsAgent(agent);
		await expect(log(customer)).toContainText("This conversation has ended.");
		await expect(composer(customer)).toHaveCount(0);
		await customer.getByRole("radio", { name: "4" }).check();
		await button(customer, "Rate").click();
		await expect(customer.getByText("Thank you for your rating")).toBeVisible();
		await expect(agent.getByText("This conversation has ended; rated 4 of 5.")).toBeVisible();
		expect(await isSameList(), "the agent's page was never loaded anew").toBe(true);
	});
});
