import type { Page } from "@playwright/test";
import { callsTools, type OpenAiServer, startOpenAiServer, streamsText } from "../setup/openai-server.ts";
import { startSmtpServer } from "../setup/smtp-server.ts";
import { checkAccessibility } from "./accessibility.ts";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import { type OwnApp, startOwnApp } from "./instance.ts";
import {
	button,
	composer,
	conversationOf,
	holdForms,
	inboxRow,
	inFrame,
	log,
	message,
	open,
	openWithoutScripts,
	seeInFrame,
	signIn,
	signInAsCustomer,
	tabTo,
	write,
} from "./people.ts";

const IN_GERMAN = "Meine Lampe ist beschädigt angekommen. Was kann ich tun?";
const IN_ENGLISH = "My lamp arrived damaged. What can I do?";
const ANSWER_IN_GERMAN = "Bitte schicken Sie uns ein Foto des Schadens.";
const ANSWER_IN_ENGLISH = "Please send us a photo of the damage.";
const DRAFT = "Thank you for the photo; we will be sending you a new lamp by post today.";
const SHORTER = "We are sending you a new lamp today.";
const SHORTER_IN_GERMAN = "Wir schicken Ihnen heute eine neue Lampe.";
/** The address that the customer gives to the assistant. */
const NEW_ADDRESS = {
	address1: "Storgata 7",
	address2: null,
	city: null,
	state: null,
	zip: null,
	country: "Norway",
};
const SUMMARY = "The lamp arrived damaged; the customer asks what to do.";

const TRANSLATION_BY_TEXT_OF_FAKE_MODEL: Record<string, string> = {
	[IN_GERMAN]: IN_ENGLISH,
	[ANSWER_IN_GERMAN]: ANSWER_IN_ENGLISH,
	[SHORTER]: SHORTER_IN_GERMAN,
};

let model: OpenAiServer;
let mail: Awaited<ReturnType<typeof startSmtpServer>>;
let app: OwnApp;

test.beforeAll(async () => {
	model = await startOpenAiServer((response, request) => {
		const { messages, tools } = request.body;
		const system = messages[0]?.content ?? "";
		const asked = messages.findLast(({ role }) => role === "user")?.content ?? "";
		const number = /W\d{7}/.exec(asked)?.[0] ?? "";
		const reply = (text: string) => streamsText(text)(response, request);
		const call = (name: string, args: object) => callsTools([{ name, arguments: args }])(response, request);
		if (system.startsWith("You translate")) {
			const { text } = JSON.parse(/\{.*\}/.exec(asked)?.[0] ?? "{}") as { text?: string };
			return reply(TRANSLATION_BY_TEXT_OF_FAKE_MODEL[text ?? ""] ?? "");
		}
		if (system.startsWith("Rewrite")) return reply(SHORTER);
		if (!tools) return reply(SUMMARY);
		if (messages.at(-1)?.role === "tool") return reply("Please look at what I have found.");
		if (/return/.test(asked)) return call("request_return", { number, items: [], reason: null });
		if (/cancel/.test(asked)) return call("request_cancellation", { number, reason: null });
		if (/moved/.test(asked))
			return call("update_contact", { number: null, address: NEW_ADDRESS, email: null });
		if (/my order/.test(asked)) return call("list_orders", {});
		return reply(`${asked === IN_GERMAN ? ANSWER_IN_GERMAN : ANSWER_IN_ENGLISH} [1]`);
	});
	mail = await startSmtpServer();
	app = await startOwnApp({ modelUrl: model.url, mailUrl: mail.url });
});

test.afterAll(async () => {
	await app?.stop();
	await Promise.all([model?.close(), mail?.close()]);
});

test("an action is executed once, by the customer's own click, and both sides see it", async ({
	page: customer,
	context,
	browser,
	guard,
}) => {
	guard.expectError(/422/);
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL, app.address);
	await signInAsCustomer(customer, "Mateo Fuentes", app.address);
	const [delivered, pending] = await Promise.all([
		orderOf(customer, "delivered"),
		orderOf(customer, "pending"),
	]);
	const panel = agent.getByRole("complementary", { name: "Customer" });

	await test.step("a return waits for the click, and two clicks at once count as one", async () => {
		await open(customer, `${app.address}/chat`);
		await write(customer, `I want to return order ${delivered}`);
		const card = message(customer, `Ask to return order ${delivered}?`);
		await expect(card).toContainText("Nothing happens until you choose Confirm.");
		await checkAccessibility(customer);
		await inboxRow(agent, await conversationOf(customer)).click();
		await expect(message(agent, "Waits for the customer's own click.")).toBeVisible();
		await expect(button(agent, "Confirm")).toHaveCount(0);
		await expect(orderIn(panel, delivered)).toContainText("delivered");

		const second = await context.newPage();
		await open(second, `${app.address}/chat`);
		const letGo = await holdForms(context);
		for (const tab of [customer, second]) await button(tab, "Confirm").click();
		await letGo();
		for (const tab of [customer, second]) {
			await expect(message(tab, "You confirmed this.")).toHaveCount(1);
			await expect(log(tab).getByText("A return has been requested")).toHaveCount(1);
		}
		await second.close();
		await expect(message(agent, "Confirmed by the customer.")).toBeVisible();
		await expect(panel).toContainText(`return of order ${delivered}: confirmed by the customer and done`);
		await expect(orderIn(panel, delivered)).toContainText("return requested");
		await expect(orderIn(panel, delivered).getByText("Return requested on")).toHaveCount(1);
	});

	await test.step("an order is cancelled by keyboard alone", async () => {
		await write(customer, `Please cancel ${pending}`);
		await tabTo(customer, button(customer, "Confirm"));
		await customer.keyboard.press("Enter");
		await expect(log(customer)).toContainText(`Order ${pending} has been cancelled.`);
		await expect(
			message(customer, `Cancel order ${pending}?`).getByText("You confirmed this."),
		).toBeFocused();
		await expect(orderIn(panel, pending)).toContainText("cancelled");
	});

	await test.step("the customer completes an address on the card", async () => {
		await write(customer, "I have moved to Storgata 7");
		const card = message(customer, "Change the address of your account?");
		await expect(card.getByLabel("Street and number")).toHaveValue("Storgata 7");
		await card.getByLabel("Postcode").fill("0155");
		await card.getByLabel("Town").fill(" ");
		await button(customer, "Confirm").click();
		await expect(card.getByLabel("Town")).toHaveAccessibleDescription(/^Write the town/);
		await expect(card.getByLabel("Town")).toBeFocused();
		await expect(card.getByLabel("Postcode"), "what was typed stays").toHaveValue("0155");
		await checkAccessibility(customer);
		await card.getByLabel("Town").fill("Oslo");
		await customer.keyboard.press("Enter");
		await expect(log(customer)).toContainText("The address of your account has been changed.");
		await expect(panel).toContainText("Offered to change the account: confirmed by the customer and done");
	});

	await customer.reload();
	await expect(message(customer, "You confirmed this.")).toHaveCount(3);
	await expect(button(customer, "Confirm")).toHaveCount(0);
	await checkAccessibility(customer);
	await checkAccessibility(agent);
});

test("without scripts and without a model, actions are filled in and confirmed by a click", async ({
	browser,
	guard,
}) => {
	guard.expectError(/422/);
	const context = await browser.newContext({ javaScriptEnabled: false });
	guard.watch(context);
	const page = await context.newPage();
	await signInAsCustomer(page, "Ingrid Solberg");
	const number = await orderOf(page, "delivered");
	await openWithoutScripts(page, "/chat");
	await write(page, `I want to return order ${number}`);
	await inFrame(page, (growing) => button(growing, "Confirm").click({ noWaitAfter: true, timeout: 1_000 }));
	await inFrame(page, (growing) =>
		expect(growing.getByText("A return has been requested")).toHaveCount(1, { timeout: 1_000 }),
	);
	await seeInFrame(page, "You confirmed this.");

	await openWithoutScripts(page, "/");
	const order = page.getByRole("region", { name: "Your orders" }).getByRole("listitem");
	await expect(order.filter({ hasText: number })).toContainText(/return requested/i);

	await test.step("an incomplete address comes back with everything that was typed", async () => {
		await signInAsCustomer(page, "Priya Raman");
		const pending = await orderOf(page, "pending");
		await openWithoutScripts(page, "/chat");
		await write(page, `Please change the address of order ${pending}`);
		const address = { "Street and number": "Storgata 7", Postcode: "0155", Town: " ", Country: "Norway" };
		await inFrame(page, async (growing) => {
			for (const [label, text] of Object.entries(address))
				await growing.getByLabel(label).fill(text, { timeout: 1_000 });
			await button(growing, "Confirm").click({ noWaitAfter: true, timeout: 1_000 });
		});
		const field = (name: string) => page.getByRole("textbox", { name });
		await expect(field("Town")).toHaveAccessibleDescription(/^Write the town/);
		for (const [label, text] of Object.entries(address)) await expect(field(label)).toHaveValue(text);
		await page.setViewportSize({ width: 390, height: 844 });
		await field("Town").fill("Oslo");
		await button(page, "Confirm").click({ noWaitAfter: true });
		await inFrame(page, (growing) =>
			expect(message(growing, `Where should order ${pending} go?`)).toContainText("You confirmed this.", {
				timeout: 1_000,
			}),
		);
	});
});

test("a visitor proves an email address with a code, and leaves one outside business hours", async ({
	page,
	browser,
	guard,
}) => {
	guard.expectError(/422/);
	await open(page, `${app.address}/chat`);
	await write(page, "Where is my order?");
	await checkAccessibility(page);
	await page.getByLabel("Email address of your order").fill("Theo.Lindqvist@example.com");
	await button(page, "Send a code").click();
	const field = page.getByLabel("Six digits from the email");
	await expect(field, "where one goes on typing").toBeFocused();
	await field.fill("12345a");
	await page.keyboard.press("Enter");
	await expect(field, "what is wrong stands at the field").toHaveAccessibleDescription(
		"The code has six digits.",
	);
	await expect(field).toBeFocused();
	await checkAccessibility(page);

	await expect.poll(() => mail.emails.length).toBe(1);
	const [email] = mail.emails;
	expect(email?.to).toEqual(["theo.lindqvist@example.com"]);
	await field.fill(/Your code is (\d{6})/.exec(email?.text ?? "")?.[1] ?? "");
	await button(page, "Check the code").click();
	await expect(log(page)).toContainText("we've confirmed that theo.lindqvist@example.com is yours");
	await expect(message(page, "Please look at what I have found."), "without asking again").toBeVisible();
	await page.locator("summary", { hasText: "What the assistant did" }).click();
	await expect(log(page)).toContainText("Checked your orders");
	await checkAccessibility(page);

	await app.set("business_hours", { timeZone: "Europe/Lisbon", days: {}, closedOn: [] });
	await button(page, "Talk to a person").click();
	const waiting = page.getByRole("region", { name: "Waiting for a person" });
	await expect(waiting).toContainText("Waiting for our team");
	await expect(waiting).toContainText("We are away now");
	await checkAccessibility(page);
	await waiting.getByLabel("Where can we reach you?").fill("theo@example.org");
	await button(page, "Send me the answer").click();
	await expect(waiting).toContainText("our team will get back to you at theo@example.org");
	await expect(composer(page), "the form is gone").toBeFocused();
	await checkAccessibility(page);

	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL, app.address);
	await inboxRow(agent, await conversationOf(page)).click();
	const panel = agent.getByRole("complementary", { name: "Customer" });
	await expect(panel.getByRole("link", { name: "theo@example.org" })).toBeVisible();
	await expect(panel).toContainText("Confirmed by an emailed code: theo.lindqvist@example.com");
});

test("the copilot suggests, rewrites and translates, and nothing is sent without the agent's click", async ({
	page: customer,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await signIn(agent, DEMO_AGENT_EMAIL, app.address);
	await open(customer, `${app.address}/chat`);
	await write(customer, IN_GERMAN);
	await expect(message(customer, ANSWER_IN_GERMAN)).toBeVisible();
	await button(customer, "Talk to a person").click();
	await expect(log(customer), "notices in the customer's language").toContainText(
		"Wir haben jemanden aus unserem Team dazugebeten.",
	);

	await inboxRow(agent, await conversationOf(customer)).click();
	const translated = message(agent, IN_ENGLISH);
	await expect(translated).toBeVisible();
	await expect(log(agent), "and in the agent's").toContainText("We've asked a member of our team to join.");
	await translated.locator("summary").click();
	await expect(translated.getByText(IN_GERMAN)).toHaveAttribute("lang", "de");
	const handover = agent.getByRole("group", { name: "Handover" });
	await expect(handover).toContainText(SUMMARY);
	await button(agent, "Take over").click();
	await expect(button(agent, "Suggest a reply")).toBeVisible();
	await expect(handover, "what the agent was told stays").toContainText(SUMMARY);
	await expect(agent.getByRole("complementary", { name: "Customer" })).toContainText("German");
	const said = await log(agent).getByRole("article").count();

	await test.step("a suggestion with its sources goes into the composer", async () => {
		await button(agent, "Suggest a reply").click();
		const suggestion = agent.getByRole("region", { name: "Suggested reply" });
		await expect(suggestion.getByText(ANSWER_IN_GERMAN)).toHaveAttribute("lang", "de");
		const source = suggestion.getByRole("list", { name: "Sources" }).getByRole("link");
		await expect(source).toHaveAttribute("href", /^\/help\//);
		await checkAccessibility(agent);
		await button(agent, "Use as draft").click();
		await expect(composer(agent)).toHaveValue(ANSWER_IN_GERMAN);
		await expect(composer(agent)).toBeFocused();
	});

	await test.step("a draft is shortened, and dismissing a result changes nothing", async () => {
		await composer(agent).fill(DRAFT);
		await button(agent, "Shorter").click();
		const rewritten = agent.getByRole("region", { name: "Rewritten draft" });
		await expect(rewritten).toContainText(SHORTER);
		await rewritten.getByRole("link", { name: "Dismiss" }).click();
		await expect(composer(agent)).toHaveValue(DRAFT);
		await expect(composer(agent)).toBeFocused();
		await button(agent, "Shorter").click();
		await button(agent, "Use as draft").click();
		await expect(composer(agent)).toHaveValue(SHORTER);
	});

	await test.step("a reply is translated, checked and sent by a click, and each side reads its own language", async () => {
		await button(agent, "Translate to German").click();
		await expect(agent.getByRole("textbox", { name: "Translation" })).toHaveValue(SHORTER_IN_GERMAN);
		await checkAccessibility(agent);
		expect(await log(agent).getByRole("article").count(), "nothing was sent so far").toBe(said);
		await button(agent, "Send in German").click();
		const reply = message(customer, SHORTER_IN_GERMAN);
		await expect(reply).toBeVisible();
		await expect(reply.getByText(SHORTER)).toBeHidden();
		await reply.locator("summary", { hasText: "Original zeigen" }).click();
		await expect(reply.getByText(SHORTER)).toBeVisible();
		await expect(composer(agent)).toHaveValue("");
		await checkAccessibility(customer);
		await checkAccessibility(agent);
	});
});

/** The number of the signed-in customer's first order with the given status, from the list on the home page. */
async function orderOf(page: Page, status: string): Promise<string> {
	const orders = page.getByRole("region", { name: "Your orders" }).getByRole("listitem");
	const first = orders.filter({ hasText: new RegExp(status, "i") }).first();
	return /W\d{7}/.exec(await first.innerText())?.[0] ?? "";
}

/** The element of an order in the agent's panel about the customer. */
const orderIn = (panel: ReturnType<Page["getByRole"]>, number: string) =>
	panel.getByRole("listitem").filter({ hasText: `#${number}` });
