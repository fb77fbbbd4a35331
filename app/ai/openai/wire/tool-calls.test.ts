import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { content, type ReadReply, readChunks, splitAt, whole } from "#tests/setup/read-reply.ts";

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
		const right = (got: ReadReply) => {
			expect(got.fault).toBeNull();
			expect(got.text.trim()).toBe("");
			expect(got.calls.map(([name, args]) => [name, JSON.parse(args)])).toEqual([["get_order", ORDER]]);
		};
		right(whole(text));
		fc.assert(
			fc.property(fc.array(fc.nat(1_000), { maxLength: 12 }), (places) => {
				right(readChunks(splitAt(text, places).map(content)));
			}),
		);
	});

	it("leave the words before them", () => {
		const { text, calls, shown } = readChunks([
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
				const got = readChunks(splitAt(text, places).map(content));
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
		expect(readChunks(chunks, { finish: "tool_calls" })).toMatchObject({ calls: right, fault: null });
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
		const { calls } = readChunks([fragment({ index: 0 }, name, "{}")], { finish: "tool_calls" });
		expect(calls).toEqual([["search_knowledge", "{}"]]);
	});

	it("keep a name that no tool has", () => {
		const { calls } = readChunks([fragment({ index: 0 }, "delete_everything", "{}")]);
		expect(calls).toEqual([["delete_everything", "{}"]]);
	});
});
