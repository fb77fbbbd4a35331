import { DEMO_AGENT_EMAIL, DEMO_AGENT_PASSWORD } from "../e2e/demo-agent.ts";
import { type Browser, until } from "./browser.ts";

const QUESTION = "How do I care for a wooden table?";
const REPLY = "A person writes: use it once a year.";
const MESSAGE = "textarea[name=message]";

const shows = (text: string) =>
	`document.querySelector("[role=log]")?.innerText.includes(${JSON.stringify(text)})`;
const HYDRATED = "document.documentElement.dataset.hydrated";

/**
 * Runs the test story: a customer asks, gets an answer, leaves the page, returns, and writes with an agent. The agent
 * takes over, replies, leaves the page and returns.
 * @param address URL of the app, without a trailing slash.
 */
export async function runMainStory(customer: Browser, agent: Browser, address: string): Promise<void> {
	await customer.open(`${address}/chat`);
	await until(customer, "the customer's page runs", HYDRATED);
	await customer.type(MESSAGE, `${QUESTION}\n`);
	await until(customer, "the question is there", shows(QUESTION));
	await until(
		customer,
		"the assistant answers",
		'/\\boil/i.test(document.querySelector("[role=log]").innerText)',
	);

	await goBackAndForward(customer, address, QUESTION);
	await customer.forward();
	await until(customer, "the store is there after Forward", 'location.pathname === "/"');
	await customer.back();
	await until(customer, "the conversation is there after Back again", `${shows(QUESTION)} && ${HYDRATED}`);

	await customer.click("button[value=request-agent]");
	await until(customer, "a person is called", '!document.querySelector("button[value=request-agent]")');
	const sessionId = await customer.evaluate('document.querySelector("input[name=sessionId]").value');

	await agent.open(`${address}/admin/login`);
	await agent.type("input[name=email]", DEMO_AGENT_EMAIL);
	await agent.type("input[name=password]", `${DEMO_AGENT_PASSWORD}\n`);
	await until(agent, "the agent is signed in", 'location.pathname === "/admin/chat"');
	await agent.open(`${address}/admin/chat/${sessionId}`);
	await until(agent, "the agent sees the question", `${shows(QUESTION)} && ${HYDRATED}`);
	await agent.click("input[name=intent][value=take] + button");
	await until(agent, "the agent has it", `document.querySelector("${MESSAGE}")`);
	await agent.type(MESSAGE, `${REPLY}\n`);
	await until(agent, "the reply is sent", shows(REPLY));
	await until(customer, "the customer has the reply", shows(REPLY));

	await goBackAndForward(agent, address, REPLY);
	await goBackAndForward(customer, address, REPLY);
}

async function goBackAndForward(browser: Browser, address: string, text: string): Promise<void> {
	await browser.open(`${address}/`);
	await until(browser, "the store is there", 'location.pathname === "/"');
	await browser.back();
	await until(
		browser,
		`"${text}" is there after Back`,
		`location.pathname !== "/" && ${shows(text)} && ${HYDRATED}`,
	);
}
