import { describe, expect, it } from "vitest";
import { summariseTimes } from "./answer.ts";
import type { Reading } from "./measures.ts";
import { compare, toMarkdown } from "./report.ts";
import { quantile, summarise } from "./statistics.ts";

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe("statistics", () => {
	it("takes quantiles by nearest rank, whatever the order of the values", () => {
		expect(quantile(upTo(100).reverse(), 0.5)).toBe(50);
		expect(quantile(upTo(100), 0.99)).toBe(99);
		expect(quantile(upTo(100), 1)).toBe(100);
		expect(quantile([7], 0.5)).toBe(7);
		expect(quantile([10, 9], 0.99)).toBe(10);
		expect(quantile([], 0.5)).toBeNaN();
	});

	it("gives median and range, and throws without values", () => {
		expect(summarise([9, 1, 5])).toEqual({ median: 5, least: 1, most: 9 });
		expect(summarise([4, 2])).toEqual({ median: 3, least: 2, most: 4 });
		expect(() => summarise([])).toThrow(RangeError);
		expect(() => summariseTimes([])).toThrow(RangeError);
	});

	it("subtracts the provider's time from an answer's time, with and without the wait", () => {
		const reading = summariseTimes([
			{ seen: 500, sinceDue: 150, provider: 120 },
			{ seen: 490, sinceDue: 145, provider: 120 },
			{ seen: 520, sinceDue: 170, provider: 120 },
		]);
		expect(reading.withWait.p50).toBe(380);
		expect(reading.withoutWait).toEqual({ p50: 30, p90: 50, max: 50 });
		expect(reading.isMet).toBe(true);
		expect(summariseTimes([{ seen: 500, sinceDue: 151, provider: 120 }]).isMet).toBe(false);
	});
});

describe("the report", () => {
	const reading = (
		kind: Reading["kind"],
		measure: string,
		figures: Reading["figures"],
		repeat = 1,
	): Reading => ({ kind, measure, figures, repeat, fault: null });
	const readings = [
		reading("ours", "open-200", { p50: 4, p99: 20, rate: 200, loadCpu: 0.1 }),
		reading("ours", "open-200", { p50: 6, p99: 30, rate: 200, loadCpu: 0.3 }, 2),
		reading("socket.io", "open-200", { p50: 4, p99: 50, rate: 200, loadCpu: 0.2 }),
		reading("socket.io", "open-200", { p50: 4, p99: 50, rate: 200, loadCpu: 0.2 }, 2),
		reading("ours", "closed", { rate: 300 }),
		reading("socket.io", "closed", { rate: 100 }),
	];

	it("says for each figure who wins and whether the target is met, also where more is better", () => {
		const lines = compare(readings).map(({ measure, figure, ratio, winner, target }) => ({
			name: `${measure} ${figure}`,
			ratio,
			winner,
			isMet: target?.isMet ?? null,
		}));
		expect(lines).toEqual([
			{ name: "open-200 p50", ratio: 1.25, winner: "socket.io", isMet: false },
			{ name: "open-200 p99", ratio: 0.5, winner: "ours", isMet: true },
			{ name: "open-200 rate", ratio: 1, winner: null, isMet: null },
			{ name: "closed rate", ratio: 3, winner: "ours", isMet: true },
		]);
	});

	it("says in a sentence where Socket.IO wins, and what the load used", () => {
		const text = toMarkdown(compare(readings), readings);
		expect(text).toContain('Socket.IO wins at "200 messages/s: latency, median": 4 ms against our 5 ms.');
		expect(text.match(/Socket\.IO wins/g)).toHaveLength(1);
		expect(text).toContain("| 5 ms (4–6) | 4 ms | 1.25 | ≤ 0.9: missed |");
		expect(text).toContain("used 20 % of one processor at the median and 30 % at most");
	});
});
