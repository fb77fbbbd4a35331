import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ProviderFault } from "../faults.ts";
import { ReplyReader } from "./reply-reader.ts";
import type { ServerHabits } from "./servers.ts";

const TOOLS = ["search_knowledge", "search_products", "get_order", "list_orders", "escalate"];
const habits = (over: Partial<ServerHabits> = {}): ServerHabits => ({
	refused: new Set(),
	thinks: false,
	startsInThought: "no",
	...over,
});

type Read = { shown: string[]; text: string; calls: [string, string][]; fault: string | null };

/** Reads chunks as the adapter does. `shown` are the states of the customer's screen, one after the other. */
function read(
	chunks: object[],
	{ finish = "stop" as string | null, tools = TOOLS, known = habits(), isMarked = true } = {},
): Read {
	const reader = new ReplyReader(tools, known);
	const shown: string[] = [""];
	const hear = ({ text, isVoid }: { text: string; isVoid: boolean }) => {
		if (isVoid) shown.push("");
		if (text !== "") shown.push((shown.at(-1) ?? "") + text);
	};
	try {
		for (const delta of chunks) hear(reader.take({ choices: [{ delta, finish_reason: null }] }));
		if (finish !== null) hear(reader.take({ choices: [{ delta: {}, finish_reason: finish }] }));
		hear(reader.end({ isMarked }));
	} catch (error) {
		if (!(error instanceof ProviderFault)) throw error;
		return { shown, text: "", calls: [], fault: `${error.reason}${error.canRetry ? ", again" : ""}` };
	}
	const { text, toolCalls } = reader.completion();
	// What streamed is what is kept.
	expect(shown.at(-1)).toBe(text);
	return { shown, text, calls: toolCalls.map(({ function: f }) => [f.name, f.arguments]), fault: null };
}

const content = (text: string) => ({ content: text });
const whole = (text: string, options?: Parameters<typeof read>[1]) => read([content(text)], options);

/** Cuts a text at given places. */
function cut(text: string, places: number[]): string[] {
	const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length];
	return sorted.slice(1).map((end, index) => text.slice(sorted[index], end));
}

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
				const { shown, text: kept } = read(cut(text, places).map(content));
				expect(kept.trim()).toBe(right);
				for (const state of shown) expect(right.startsWith(state.trim())).toBe(true);
			}),
		);
	});

	it("without an opening mark are taken back, and held back from the next reply on", () => {
		const known = habits();
		const chunks = [content("A refund?"), content("</think>"), content("\n\nReturns take 30 days.")];
		expect(read(chunks, { known })).toMatchObject({ text: "\n\nReturns take 30 days.", fault: null });
		expect(known.startsInThought).toBe("yes");
		const again = read(chunks, { known });
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
				const { shown, text } = read(cut(`${thought}</think>\n\nYes.`, places).map(content));
				expect(text.trim()).toBe("Yes.");
				for (const state of shown) expect("Yes.".startsWith(state.trim())).toBe(true);
			}),
		);
		// If it was the answer after all, it comes at the end.
		expect(read([content(thought), content(" it is.")]).text).toBe(`${thought} it is.`);
	});

	it("without an opening mark end the same however they are cut", () => {
		const text = `${SECRET}</think>\n\nReturns take 30 days.`;
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				expect(read(cut(text, places).map(content)).text.trim()).toBe("Returns take 30 days.");
			}),
		);
	});

	it("are expected first of a model whose name says so, once", () => {
		const known = habits({ startsInThought: "likely" });
		expect(read([content("Yes, "), content("it is.")], { known }).shown).toEqual(["", "Yes, it is."]);
		expect(known.startsInThought).toBe("no");
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
		const known = habits();
		const { shown, text } = read([delta, content("Yes.")], { known });
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
				expect(read(cut(text, places).map(content)).text).toBe(text);
			}),
		);
	});

	it("hold back no more than may be a mark", () => {
		const { shown } = read([content("One <"), content("b and "), content("two <thi"), content("ngs> end")]);
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
		expect(read([{ content: parts }]).text).toBe(right);
	});

	it("is found in a reply that did not stream", () => {
		const reader = new ReplyReader(TOOLS, habits());
		reader.take({ choices: [{ message: { content: "Yes." }, finish_reason: "stop" }] });
		reader.end({ isMarked: true });
		expect(reader.completion().text).toBe("Yes.");
	});
});

const ORDER = { number: "W2611340" };
const WRITTEN: [string, string][] = [
	[
		"Hermes and Qwen",
		'<tool_call>\n{"name": "get_order", "arguments": {"number": "W2611340"}}\n</tool_call>',
	],
	["Hermes, not closed", '<tool_call>{"name": "get_order", "arguments": {"number": "W2611340"}}'],
	["bare JSON", '{"name": "get_order", "parameters": {"number": "W2611340"}}'],
	[
		"JSON over several lines",
		'{\n  "name": "get_order",\n  "arguments": {\n    "number": "W2611340"\n  }\n}',
	],
	["a list", '[{"name": "get_order", "arguments": {"number": "W2611340"}}]'],
	[
		"OpenAI's own form",
		'{"tool_calls": [{"type": "function", "function": {"name": "get_order", "arguments": "{\\"number\\": \\"W2611340\\"}"}}]}',
	],
	["a json fence", '```json\n{"name": "get_order", "arguments": {"number": "W2611340"}}\n```'],
	["a fence without a name", '```\n{"name": "get_order", "arguments": {"number": "W2611340"}}\n```'],
	["a code span", '`{"name": "get_order", "arguments": {"number": "W2611340"}}`'],
	["a fence for calls", '```tool_code\nget_order(number="W2611340")\n```'],
	["gpt-oss without its signs", 'commentary to=functions.get_order json{"number":"W2611340"}'],
	[
		"gpt-oss",
		'<|channel|>commentary to=functions.get_order <|constrain|>json<|message|>{"number":"W2611340"}<|call|>',
	],
	[
		"gpt-oss with the tool in the role",
		'<|start|>assistant to=functions.get_order<|channel|>commentary json<|message|>{"number":"W2611340"}<|call|>',
	],
	["Mistral", '[TOOL_CALLS][{"name": "get_order", "arguments": {"number": "W2611340"}}]'],
	["Mistral, newer", '[TOOL_CALLS]get_order[ARGS]{"number": "W2611340"}'],
	["Llama 3.1", '<|python_tag|>{"name": "get_order", "parameters": {"number": "W2611340"}}'],
	["Llama 3.2", '<function=get_order>{"number": "W2611340"}</function>'],
	["Llama 4", '[get_order(number="W2611340")]'],
	["like Python", "get_order(number='W2611340')"],
	[
		"Qwen Coder",
		"<tool_call>\n<function=get_order>\n<parameter=number>\nW2611340\n</parameter>\n</function>\n</tool_call>",
	],
	["GLM", "<tool_call>get_order\n<arg_key>number</arg_key>\n<arg_value>W2611340</arg_value>\n</tool_call>"],
	[
		"an XML call",
		'<function_calls><invoke name="get_order"><parameter name="number">W2611340</parameter></invoke></function_calls>',
	],
	[
		"DeepSeek",
		'<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_order\n```json\n{"number": "W2611340"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
	],
	[
		"Kimi",
		'<|tool_calls_section_begin|><|tool_call_begin|>functions.get_order:0<|tool_call_argument_begin|>{"number": "W2611340"}<|tool_call_end|><|tool_calls_section_end|>',
	],
	["Granite", '<|tool_call|>[{"name": "get_order", "arguments": {"number": "W2611340"}}]'],
	["Phi", 'functools[{"name": "get_order", "arguments": {"number": "W2611340"}}]'],
	["a name and JSON", 'get_order {"number": "W2611340"}'],
	["a name as key", '{"get_order": {"number": "W2611340"}}'],
	[
		"after a thought",
		'<think>I need {"name": "list_orders", "arguments": {}}</think>\n<tool_call>{"name": "get_order", "arguments": {"number": "W2611340"}}</tool_call>',
	],
	[
		"after a thought without an opening mark",
		'I may call list_orders().</think>{"name": "get_order", "arguments": {"number": "W2611340"}}',
	],
	[
		"with made-up results after it",
		'<tool_call>{"name": "get_order", "arguments": {"number": "W2611340"}}</tool_call>\n<tool_response>{"name": "list_orders", "arguments": {}}</tool_response>\nYour order has arrived.',
	],
];

describe("calls written as text", () => {
	it.each(WRITTEN)("are run and never shown, however they are cut: %s", (_, text) => {
		const right = (got: Read) => {
			expect(got.fault).toBeNull();
			expect(got.text.trim()).toBe("");
			expect(got.calls.map(([name, args]) => [name, JSON.parse(args)])).toEqual([["get_order", ORDER]]);
		};
		right(whole(text));
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				right(read(cut(text, places).map(content)));
			}),
		);
	});

	it("leave the words before them", () => {
		const { text, calls, shown } = read([
			content("One moment. "),
			content('<tool_call>{"name": "list_orders", "arguments": {}}</tool_call>'),
		]);
		expect([text, calls]).toEqual(["One moment. ", [["list_orders", "{}"]]]);
		expect(shown).toEqual(["", "One moment. "]);
	});

	it("may be several", () => {
		const two =
			'<tool_call>{"name": "search_knowledge", "arguments": {"query": "returns"}}</tool_call>\n<tool_call>{"name": "list_orders", "arguments": {}}</tool_call>';
		expect(whole(two).calls).toEqual([
			["search_knowledge", '{"query":"returns"}'],
			["list_orders", "{}"],
		]);
	});

	it.each([
		'<tool_call>{"name": "get_order", "arguments": {"number": "W26',
		"{'name': 'get_order', 'arguments': {'number': 'W2611340'}}",
		'{"name": "get_order", "arguments": {"number": ',
		"<tool_call></tool_call>",
	])("that cannot be read are asked for again, or come back as wrong: %s", (text) => {
		const { fault, shown, calls } = whole(text);
		expect(shown.join("")).not.toMatch(/get_order|tool_call|W26/);
		expect(fault === "malformed, again" || calls[0]?.[0] === "get_order").toBe(true);
	});

	it.each([
		"Returns take 30 days [1]. See list of shops (open daily), get well, or escalate it.",
		'Our code is {shop} or {} and [a, b] {"colour": "red"}',
		"```\nMevi Ltd\n1 Road\n```\nis our address, `W2611340` your number.",
		"We search products and get orders; search, get, list.",
		'A JSON file: ```json\n{"name": "Chair", "price": 5}\n```',
		"to be or not to be, function or form, common commentary",
	])("are not seen in other words: %s", (text) => {
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				const got = read(cut(text, places).map(content));
				expect(got).toMatchObject({ text, calls: [], fault: null });
			}),
		);
	});

	it("are text for a job without tools", () => {
		const text = '{"name": "get_order", "arguments": {}}';
		expect(whole(text, { tools: [] })).toMatchObject({ text, calls: [] });
	});
});

const fragment = (over: object, name?: string, args?: unknown) => ({
	tool_calls: [{ ...over, function: { ...(name === undefined ? {} : { name }), arguments: args } }],
});

describe("calls in fragments", () => {
	const SEARCH = ["search_knowledge", '{"query":"returns"}'];
	const GET = ["get_order", '{"number":"W2611340"}'];
	it.each<[string, object[], string[][]]>([
		[
			"a new id with each",
			[
				fragment({ index: 0, id: "a1" }, "search_knowledge", ""),
				fragment({ index: 0, id: "b2" }, undefined, '{"query":'),
				fragment({ index: 0, id: "c3" }, undefined, '"returns"}'),
			],
			[SEARCH],
		],
		[
			"a new id and the name with each",
			[
				fragment({ index: 0, id: "a1" }, "search_knowledge", ""),
				fragment({ index: 0, id: "b2" }, "search_knowledge", '{"query":'),
				fragment({ index: 0, id: "c3" }, "search_knowledge", '"returns"}'),
			],
			[SEARCH],
		],
		[
			"all with index 0 and empty ids, in one chunk",
			[
				{
					tool_calls: [
						{ index: 0, id: "", function: { name: "search_knowledge", arguments: '{"query":"returns"}' } },
						{ index: 0, id: "", function: { name: "get_order", arguments: '{"number":"W2611340"}' } },
					],
				},
			],
			[SEARCH, GET],
		],
		[
			"all with index 0 and empty ids, in two chunks",
			[
				fragment({ index: 0, id: "" }, "search_knowledge", '{"query":"returns"}'),
				fragment({ index: 0, id: "" }, "get_order", '{"number":"W2611340"}'),
			],
			[SEARCH, GET],
		],
		[
			"the same tool twice with the same id",
			[
				fragment({ index: 0, id: "x" }, "search_knowledge", '{"query":"returns"}'),
				fragment({ index: 0, id: "x" }, "search_knowledge", '{"query":"refunds"}'),
			],
			[SEARCH, ["search_knowledge", '{"query":"refunds"}']],
		],
		[
			"the same id and different indexes",
			[
				fragment({ index: 0, id: "x" }, "search_knowledge", '{"query":"returns"}'),
				fragment({ index: 1, id: "x" }, "get_order", '{"number":"W2611340"}'),
			],
			[SEARCH, GET],
		],
		[
			"neither index nor id",
			[
				fragment({}, "search_knowledge", '{"query":'),
				fragment({}, undefined, '"returns"}'),
				fragment({}, "get_order", '{"number":"W2611340"}'),
			],
			[SEARCH, GET],
		],
		[
			"two calls whose fragments alternate",
			[
				fragment({ index: 0, id: "a" }, "search_knowledge", '{"query":'),
				fragment({ index: 1, id: "b" }, "get_order", '{"number":'),
				fragment({ index: 0 }, undefined, '"returns"}'),
				fragment({ index: 1 }, undefined, '"W2611340"}'),
			],
			[SEARCH, GET],
		],
		[
			"all so far with each",
			[
				fragment({ index: 0, id: "a" }, "search_knowledge", '{"query":'),
				fragment({ index: 0, id: "a" }, "search_knowledge", '{"query":"returns"}'),
			],
			[SEARCH],
		],
		[
			"all again at the end",
			[
				fragment({ index: 0, id: "a" }, "search_knowledge", '{"query":"returns"}'),
				fragment({ index: 0, id: "a" }, undefined, '{"query":"returns"}'),
			],
			[SEARCH],
		],
		[
			"a name in pieces",
			[
				fragment({ index: 0, id: "a" }, "search_", ""),
				fragment({ index: 0 }, "knowledge", ""),
				fragment({ index: 0 }, undefined, '{"query":"returns"}'),
			],
			[SEARCH],
		],
		["arguments as an object", [fragment({ index: 0 }, "search_knowledge", { query: "returns" })], [SEARCH]],
		[
			"not in a list",
			[{ tool_calls: { name: "search_knowledge", arguments: { query: "returns" } } }],
			[SEARCH],
		],
		[
			"the form before tools",
			[{ function_call: { name: "search_knowledge", arguments: '{"query":"returns"}' } }],
			[SEARCH],
		],
		[
			"as a part of the content",
			[{ content: [{ type: "tool_use", id: "t", name: "search_knowledge", input: { query: "returns" } }] }],
			[SEARCH],
		],
		["null arguments", [fragment({ index: 0 }, "list_orders", null)], [["list_orders", ""]]],
		["no arguments", [fragment({ index: 0 }, "list_orders", undefined)], [["list_orders", ""]]],
	])("are put together: %s", (_, chunks, right) => {
		expect(read(chunks, { finish: "tool_calls" })).toMatchObject({ calls: right, fault: null });
	});

	it.each([
		"search_knowledge<|channel|>commentary",
		"functions.search_knowledge",
		"functions.search_knowledge:0",
		"default_api.search_knowledge",
		"default_api:search_knowledge",
		" search_knowledge ",
		'"search_knowledge"',
		"Search-Knowledge",
		"searchKnowledge",
		"tools/search_knowledge",
		"search_knowledge()",
	])("have the tool's name, written as %s", (name) => {
		const { calls } = read([fragment({ index: 0 }, name, "{}")], { finish: "tool_calls" });
		expect(calls).toEqual([["search_knowledge", "{}"]]);
	});

	it("keep a name that no tool has", () => {
		const { calls } = read([fragment({ index: 0 }, "delete_everything", "{}")]);
		expect(calls).toEqual([["delete_everything", "{}"]]);
	});
});

describe("the end", () => {
	const HALF = "You can return it within";
	it.each<[string | null, string | null]>([
		["stop", null],
		["STOP", null],
		["end_turn", null],
		["eos", null],
		["length", "cut, again"],
		["max_tokens", "cut, again"],
		["MAX_TOKENS", "cut, again"],
		["model_length", "cut, again"],
		["error", "cut, again"],
		["insufficient_system_resource", "cut, again"],
		["something new", "cut, again"],
		["content_filter", "refused"],
		["SAFETY", "refused"],
		["RECITATION", "refused"],
		["PROHIBITED_CONTENT", "refused"],
	])("by %s", (finish, fault) => {
		expect(read([content(HALF)], { finish }).fault).toBe(fault);
	});

	it("without a reason is one where the server marks it", () => {
		expect(read([content(HALF)], { finish: null })).toMatchObject({ text: HALF, fault: null });
		expect(read([content(HALF)], { finish: "" })).toMatchObject({ text: HALF, fault: null });
		const counted = new ReplyReader(TOOLS, habits());
		counted.take({ choices: [{ delta: content(HALF) }] });
		counted.take({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 5 } });
		expect(() => counted.end({ isMarked: false })).not.toThrow();
	});

	it("without a reason or a mark is one when what came looks whole", () => {
		const silent = { finish: null, isMarked: false };
		expect(read([content(HALF)], silent).fault).toBe("cut, again");
		expect(read([content("Returns take 30 days [1].")], silent).fault).toBeNull();
		expect(read([fragment({}, "list_orders", "{}")], silent).fault).toBeNull();
		expect(read([fragment({}, "get_order", '{"number": "W2')], silent).fault).toBe("cut, again");
	});

	it("may be said with every chunk", () => {
		const reader = new ReplyReader(TOOLS, habits());
		for (const word of ["Returns ", "take ", "30 days."]) {
			reader.take({ choices: [{ delta: content(word), finish_reason: "stop" }] });
		}
		reader.end({ isMarked: false });
		expect(reader.completion().text).toBe("Returns take 30 days.");
	});

	it.each<[object, string]>([
		[{ error: { code: 502, message: "upstream" } }, "cut, again"],
		[{ choices: [{ delta: {}, finish_reason: "error", error: { code: 429 } }] }, "rate-limited, again"],
		[{ choices: [], error: { code: "rate_limit_exceeded" } }, "rate-limited, again"],
	])("by an error record: %j", (record, fault) => {
		const reader = new ReplyReader(TOOLS, habits());
		const take = () => reader.take(record);
		expect(take).toThrow(ProviderFault);
		try {
			take();
		} catch (error) {
			const { reason, canRetry } = error as ProviderFault;
			expect(`${reason}${canRetry ? ", again" : ""}`).toBe(fault);
		}
	});
});

describe("a hostile reply", () => {
	it.each([
		["opening marks", "<think>".repeat(20_000)],
		["pairs of marks", "<think></think>".repeat(10_000)],
		["halves of marks", "<thi".repeat(25_000)],
		["heads without an end", "<|channel|>".repeat(10_000)],
		["brackets", "[{".repeat(50_000)],
		["open JSON", '{"'.repeat(50_000)],
		["fences", "```".repeat(30_000)],
		["names", "get_order(".repeat(10_000)],
		["blanks", `<${" ".repeat(100_000)}think>`],
	])("takes time in proportion to its length: %s", (_, text) => {
		const steps = (length: number) => {
			const chunks = text.slice(0, length).match(/.{1,7}/gsu) ?? [];
			const reader = new ReplyReader(TOOLS, habits());
			const started = process.cpuUsage().user;
			for (const chunk of chunks) if (!reader.isFull) reader.take({ choices: [{ delta: content(chunk) }] });
			return process.cpuUsage().user - started;
		};
		steps(5_000);
		const short = Math.max(steps(10_000), 5_000);
		expect(steps(60_000) / short).toBeLessThan(40);
	});
});
