import { readFileSync, statSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { computeEmbedding } from "../encoder/encode.server.ts";
import { classifyIntent } from "./classify.server.ts";
import modelFile from "./intents.model.json" with { type: "json" };

const classify = async (text: string) => classifyIntent(text, await computeEmbedding(text));

/** The judged phrases of a file that the model takes for another intent than theirs. */
async function misjudge(file: string): Promise<{ count: number; wrong: string[] }> {
	const phrases = parse(readFileSync(`tests/judging/${file}`, "utf8")) as Record<string, string[]>;
	const all = Object.entries(phrases).flatMap(([label, texts]) => texts.map((text) => ({ label, text })));
	const wrong: string[] = [];
	for (const { label, text } of all) {
		const { intent } = await classify(text);
		if (intent !== label) wrong.push(`${text}: ${intent}, not ${label}`);
	}
	return { count: all.length, wrong };
}

describe("the intent model", () => {
	it("knows every label of the contract and stays a small file", () => {
		expect(modelFile.labels).toHaveLength(36);
		for (const label of ["track_order", "product_info", "warranty", "damaged_item", "greeting", "other"]) {
			expect(modelFile.labels).toContain(label);
		}
		const { size } = statSync(new URL("./intents.model.json", import.meta.url));
		expect(size).toBeLessThan(400 * 1024);
	});

	it("was right on at least 95 of 100 development examples when it was made", () => {
		expect(modelFile.measured.accuracy).toBeGreaterThanOrEqual(0.95);
	});

	// None of these questions is in the seed phrases or in the training file.
	it.each([
		["my parcel should have been here on tuesday, any idea where it got to?", "track_order"],
		["the mug turned up in three bits", "damaged_item"],
		["could I swap these boots for a half size up", "exchange_item"],
		["is there money off for pensioners", "promotion"],
		["what's the guarantee period on your kettles", "warranty"],
		["which cards do you take at checkout", "check_payment_methods"],
		["how many days will the courier need to reach Ohio", "delivery_period"],
		["I can't get into my account, the password is gone", "recover_password"],
		["good evening to you", "greeting"],
		["thanks ever so much for that", "thanks"],
		["what is the tallest mountain in Africa", "other"],
	])("takes %j for %s", async (text, intent) => {
		expect((await classify(text)).intent).toBe(intent);
	});

	it("takes everyday phrases it never learned from for what they mean", async () => {
		const { count, wrong } = await misjudge("intents.yaml");
		expect(count).toBe(72);
		expect(wrong.length, wrong.join("\n")).toBeLessThanOrEqual(5);
	});

	it("takes real chat messages for what they mean", async () => {
		const { count, wrong } = await misjudge("real-chats.yaml");
		expect(count).toBeGreaterThanOrEqual(290);
		expect(1 - wrong.length / count, wrong.join("\n")).toBeGreaterThanOrEqual(0.92);
	});

	it.each([
		["cancel my premium account", "delete_account"],
		["cancel my account please", "delete_account"],
		["cancel the newsletter", "newsletter_subscription"],
		["i want to check my bill", "check_invoice"],
		["do you take cheques", "check_payment_methods"],
		["where can i check the status of my parcel", "track_order"],
		["is cash on delivery possible", "check_payment_methods"],
		["how long is delivery", "delivery_period"],
	])("is not misled by one word in %j", async (text, intent) => {
		expect((await classify(text)).intent).toBe(intent);
	});

	it("says other when it is unsure, and for a text without a word", () => {
		expect(classifyIntent("blorp fnord quux").intent).toBe("other");
		expect(classifyIntent("??? 🙂")).toEqual({ intent: "other", confidence: 1 });
	});

	it("gives a confidence between 0 and 1, also for very long texts", () => {
		for (const text of ["hi", "where is my order", "refund ".repeat(2_000)]) {
			const { confidence } = classifyIntent(text);
			expect(confidence).toBeGreaterThan(0);
			expect(confidence).toBeLessThanOrEqual(1);
		}
	});
});
