import { describe, expect, it } from "vitest";
import { content, makeServerBehaviour, readChunks, TOOLS } from "#tests/setup/read-reply.ts";
import { ProviderFault } from "../provider-fault.ts";
import { ReplyReader } from "./reply-reader.ts";

const fragment = (over: object, name?: string, args?: unknown) => ({
	tool_calls: [{ ...over, function: { ...(name === undefined ? {} : { name }), arguments: args } }],
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
		expect(readChunks([content(HALF)], { finish }).fault).toBe(fault);
	});

	it("without a reason is one where the server marks it", () => {
		expect(readChunks([content(HALF)], { finish: null })).toMatchObject({ text: HALF, fault: null });
		expect(readChunks([content(HALF)], { finish: "" })).toMatchObject({ text: HALF, fault: null });
		const counted = new ReplyReader(TOOLS, makeServerBehaviour());
		counted.take({ choices: [{ delta: content(HALF) }] });
		counted.take({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 5 } });
		expect(() => counted.end({ isMarked: false })).not.toThrow();
	});

	it("without a reason or a mark is one when what came looks whole", () => {
		const silent = { finish: null, isMarked: false };
		expect(readChunks([content(HALF)], silent).fault).toBe("cut, again");
		expect(readChunks([content("Returns take 30 days [1].")], silent).fault).toBeNull();
		expect(readChunks([fragment({}, "list_orders", "{}")], silent).fault).toBeNull();
		expect(readChunks([fragment({}, "get_order", '{"number": "W2')], silent).fault).toBe("cut, again");
	});

	it("may be said with every chunk", () => {
		const reader = new ReplyReader(TOOLS, makeServerBehaviour());
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
		const reader = new ReplyReader(TOOLS, makeServerBehaviour());
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
			const reader = new ReplyReader(TOOLS, makeServerBehaviour());
			const started = process.cpuUsage().user;
			for (const chunk of chunks) if (!reader.isFull) reader.take({ choices: [{ delta: content(chunk) }] });
			return process.cpuUsage().user - started;
		};
		steps(5_000);
		const short = Math.max(steps(10_000), 5_000);
		expect(steps(60_000) / short).toBeLessThan(40);
	});
});
