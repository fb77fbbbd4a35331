import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { content, makeServerBehaviour, readChunks, splitAt, TOOLS, whole } from "#tests/setup/read-reply.ts";
import { ReplyReader } from "./reply-reader.ts";

const SECRET = "The customer W. wants a refund, but policy says no";
const THOUGHTS: [string, string, string][] = [
	["think", `<think>${SECRET}</think>\n\nReturns take 30 days.`, "Returns take 30 days."],
	["thinking", `<thinking>${SECRET}</thinking>Returns take 30 days.`, "Returns take 30 days."],
	["capitals, blanks and attributes", `<THINK >${SECRET}</ Think>Yes.`, "Yes."],
	["attributes", `<reasoning effort="high">${SECRET}</reasoning>Yes.`, "Yes."],
	["Magistral", `[THINK]${SECRET}[/THINK]Returns take 30 days.`, "Returns take 30 days."],
	["Kimi", `◁think▷${SECRET}◁/think▷Returns take 30 days.`, "Returns take 30 days."],
	["Cohere", `<|START_THINKING|>${SECRET}<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>`, "Yes."],
	["Seed", `<seed:think>${SECRET}</seed:think>Yes.`, "Yes."],
	["OpenThinker", `<|begin_of_thought|>${SECRET}<|end_of_thought|>Yes.`, "Yes."],
	[
		"gpt-oss",
		`<|channel|>analysis<|message|>${SECRET}<|end|><|start|>assistant<|channel|>final<|message|>Returns take 30 days.<|return|>`,
		"Returns take 30 days.",
	],
	[
		"gpt-oss without its signs",
		`analysis${SECRET}.assistantfinalReturns take 30 days.`,
		"Returns take 30 days.",
	],
	["a preamble of gpt-oss", `<|channel|>commentary<|message|>${SECRET}<|end|>Yes.`, "Yes."],
	["Gemma", `<|channel>thought\n${SECRET}<channel|>Yes.`, "Yes."],
	["in the middle", `Returns <think>${SECRET}</think>take 30 days.`, "Returns take 30 days."],
	["two", `<think>${SECRET}</think>Yes, <think>${SECRET}</think>it is.`, "Yes, it is."],
	["one in another", `<think>a <think>${SECRET}</think>Yes.`, "Yes."],
	["marks of the template", "Returns take 30 days.<|im_end|>", "Returns take 30 days."],
	["an empty one", "<think>\n\n</think>\n\nYes.", "Yes."],
];

describe("thoughts", () => {
	it.each(THOUGHTS)("are never shown, however the text is cut into chunks: %s", (_, text, right) => {
		expect(whole(text).text.trim()).toBe(right);
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				const { shown, text: kept } = readChunks(splitAt(text, places).map(content));
				expect(kept.trim()).toBe(right);
				for (const state of shown) expect(right.startsWith(state.trim())).toBe(true);
			}),
		);
	});

	it("without an opening mark are taken back, and held back from the next reply on", () => {
		const known = makeServerBehaviour();
		const chunks = [content("A refund?"), content("</think>"), content("\n\nReturns take 30 days.")];
		expect(readChunks(chunks, { known })).toMatchObject({ text: "\n\nReturns take 30 days.", fault: null });
		expect(known.startsInReasoning).toBe("yes");
		const again = readChunks(chunks, { known });
		expect(again.shown.join("")).not.toContain("refund");
		expect(again.text.trim()).toBe("Returns take 30 days.");
		expect(whole("Just an answer.", { known }).text).toBe("Just an answer.");
	});

	it.each([
		"The customer W. wants a refund, but policy says no",
		"Okay, so the user wants to know",
		"Hmm, ",
		"用户想知道",
	])("without an opening mark are held back from the start where they begin like thoughts: %s", (thought) => {
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				const { shown, text } = readChunks(splitAt(`${thought}</think>\n\nYes.`, places).map(content));
				expect(text.trim()).toBe("Yes.");
				for (const state of shown) expect("Yes.".startsWith(state.trim())).toBe(true);
			}),
		);
		// Text that looks like reasoning but has no closing mark is shown as the answer at the end of the reply.
		expect(readChunks([content(thought), content(" it is.")]).text).toBe(`${thought} it is.`);
	});

	it("without an opening mark end the same however they are cut", () => {
		const text = `${SECRET}</think>\n\nReturns take 30 days.`;
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				expect(readChunks(splitAt(text, places).map(content)).text.trim()).toBe("Returns take 30 days.");
			}),
		);
	});

	it("are expected first of a model whose name says so, once", () => {
		const known = makeServerBehaviour({ startsInReasoning: "likely" });
		expect(readChunks([content("Yes, "), content("it is.")], { known }).shown).toEqual(["", "Yes, it is."]);
		expect(known.startsInReasoning).toBe("no");
	});

	it.each([
		`<think>${SECRET}`,
		`Let me see. <think>${SECRET}`,
		`analysis${SECRET}`,
		`<|channel|>analysis<|message|>${SECRET}`,
		`[THINK]${SECRET}`,
	])("that do not end are no answer: %s", (text) => {
		const { fault, shown } = whole(text);
		expect(fault).toBe("malformed, again");
		expect(shown.join("")).not.toContain("refund");
	});

	it.each([
		{ reasoning_content: SECRET },
		{ reasoning: SECRET },
		{ reasoning_details: [{ type: "reasoning.text", text: SECRET }] },
		{ content: [{ type: "thinking", thinking: [{ type: "text", text: SECRET }] }] },
		{ content: { type: "reasoning", text: SECRET } },
		{ content: [{ text: SECRET, thought: true }] },
		{ content: [{ type: "kind_of_next_year", text: SECRET }] },
	])("in a field or part of their own are not shown: %j", (delta) => {
		const known = makeServerBehaviour();
		const { shown, text } = readChunks([delta, content("Yes.")], { known });
		expect(text).toBe("Yes.");
		expect(shown).toEqual(["", "Yes."]);
	});

	it.each([
		"Is 3 < 4, and a <b> tag? [1] [THIS] <thimble> <3 ◁ a<b",
		"final answers and analysis of it",
		"finally, analyses",
		"Use `<` or <",
	])("are not seen in other words: %s", (text) => {
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				expect(readChunks(splitAt(text, places).map(content)).text).toBe(text);
			}),
		);
	});

	it("hold back no more than may be a mark", () => {
		const { shown } = readChunks([
			content("One <"),
			content("b and "),
			content("two <thi"),
			content("ngs> end"),
		]);
		expect(shown).toEqual(["", "One ", "One <b and ", "One <b and two ", "One <b and two <things> end"]);
	});
});

describe("content in parts", () => {
	it.each<[unknown, string]>([
		[
			[
				{ type: "text", text: "Returns " },
				{ type: "output_text", text: "take 30 days." },
			],
			"Returns take 30 days.",
		],
		[{ type: "text", text: "Yes." }, "Yes."],
		[{ text: { value: "Yes." } }, "Yes."],
		[["Yes", "."], "Yes."],
		[
			[
				{ type: "text", text: "Yes." },
				{ type: "reference", reference_ids: [1] },
			],
			"Yes.",
		],
		[[null, 5, { type: "text", text: null }, "Yes."], "Yes."],
		[[{ type: "refusal", refusal: "I can't." }], "I can't."],
	])("is text where it is text: %j", (parts, right) => {
		expect(readChunks([{ content: parts }]).text).toBe(right);
	});

	it("is found in a reply that did not stream", () => {
		const reader = new ReplyReader(TOOLS, makeServerBehaviour());
		reader.take({ choices: [{ message: { content: "Yes." }, finish_reason: "stop" }] });
		reader.end({ isMarked: true });
		expect(reader.completion().text).toBe("Yes.");
	});
});
