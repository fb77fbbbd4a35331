import {
	breaksOffAfter,
	fails,
	type OpenAiServer,
	type Reply,
	startOpenAiServer,
	writeChunk,
	writeData,
} from "../setup/openai-server.ts";
import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import { type Instance, startOwnApp } from "./instance.ts";
import { button, conversationOf, inboxRow, log, message, open, signIn, write } from "./people.ts";

/** Pieces of the scripted model's answer. */

const PIECES = ["Walnut is ", "a calm wood, ", "and it darkens ", "a little each summer."];
const WHOLE = PIECES.join("");

let model: OpenAiServer;
let app: Instance;
let send: (pieces: number) => void;

test.beforeAll(async () => {
	const slowly = sendPiecesOnDemand();
	send = slowly.send;
	model = await startOpenAiServer((response, request) => {
		const asked = request.body.messages.findLast((entry) => entry.role === "user")?.content ?? "";
		if (asked.includes("oak")) return fails(500)(response, request);
		if (asked.includes("birch")) return breaksOffAfter("Birch is")(response, request);
		return slowly.reply(response, request);
	});
	app = await startOwnApp({ modelUrl: model.url });
});

test.afterAll(async () => {
	await app?.stop();
	await model?.close();
});

test("reloading while an answer streams loses and duplicates nothing", async ({ page }) => {
	await open(page, `${app.address}/chat`);
	await write(page, "Tell me about walnut");
	await expect(log(page)).toContainText("Assistant is thinking");
	send(1);
	await expect(log(page)).toContainText("Walnut is");

	await page.reload();
	await expect(log(page), "the words so far").toContainText("Walnut is");
	await expect(message(page, "Tell me about walnut")).toHaveCount(1);
	send(2);
	await expect(log(page), "the words that follow").toContainText("Walnut is a calm wood,");
	const secondTab = await page.context().newPage();
	await open(secondTab, `${app.address}/chat`);
	await expect(log(secondTab)).toContainText("Walnut is a calm wood,");

	send(PIECES.length);
	for (const tab of [page, secondTab]) {
		await expect(message(tab, WHOLE)).toHaveCount(1);
		await expect(log(tab).getByText("Walnut is")).toHaveCount(1);
		await expect(log(tab)).not.toContainText("is thinking");
	}
	await page.reload();
	await expect(message(page, WHOLE)).toHaveCount(1);
	await expect(log(page).getByText("Walnut is")).toHaveCount(1);
});

test("when the model fails, the assistant apologises and an agent is called", async ({
	page,
	browser,
	guard,
}) => {
	const [desk, other] = await Promise.all([browser.newContext(), browser.newContext()]);
	guard.watch(desk);
	guard.watch(other);
	const [agent, unlucky] = await Promise.all([desk.newPage(), other.newPage()]);
	await Promise.all([
		open(page, `${app.address}/chat`),
		open(unlucky, `${app.address}/chat`),
		signIn(agent, DEMO_AGENT_EMAIL, app.address),
	]);
	await write(page, "Tell me about oak");
	await write(unlucky, "Tell me about birch");
	for (const customer of [page, unlucky]) {
		await expect(message(customer, "I'm sorry, I can't answer this right now.")).toHaveCount(1);
		await expect(log(customer)).toContainText("We've asked a member of our team to join.");
		await expect(log(customer)).not.toContainText("is thinking");
		await expect(log(customer), "half an answer does not stay").not.toContainText("Birch is");
		await expect(button(customer, "Talk to a person")).toHaveCount(0);
		const row = inboxRow(agent, await conversationOf(customer));
		await expect(row).toContainText("Waiting · the assistant failed");
	}
});

/** Creates a model reply that sends pieces of its text when `send` is called, and ends after the last piece. */
function sendPiecesOnDemand(): { reply: Reply; send: (pieces: number) => void } {
	let allowed = 0;
	let wake = () => {};
	return {
		send(pieces) {
			allowed = pieces;
			wake();
		},
		async reply(response) {
			writeChunk(response, { role: "assistant", content: "" });
			for (const [index, piece] of PIECES.entries()) {
				while (index >= allowed) {
					await new Promise<void>((resolve) => {
						wake = resolve;
					});
				}
				writeChunk(response, { content: piece });
			}
			writeChunk(response, {}, "stop");
			writeData(response, "[DONE]");
			response.end();
		},
	};
}
