import { describe, expect, it } from "vitest";
import { createLedger, faultOf, latencyFigures } from "./ledger.ts";

/**
 * Records a run in which each message is due at the millisecond of its number, is acknowledged a little later, and is
 * then shown in the given order.
 */
function run({
	shown,
	acked,
	conversation = 0,
}: {
	shown: string[];
	acked?: string[];
	conversation?: number;
}) {
	const ledger = createLedger();
	const written = ["m0", "m1", "m2", "m3"];
	written.forEach((id, index) => {
		ledger.write(id, 0, index);
	});
	for (const id of acked ?? written) ledger.ack(id, 10);
	for (const id of shown) ledger.render(id, conversation, 20);
	return ledger;
}

describe("the counts of a run", () => {
	it("finds no fault when everything is shown once, in order", () => {
		const ledger = run({ shown: ["m0", "m1", "m2", "m3"] });
		expect(ledger.isSettled()).toBe(true);
		expect(ledger.verdict()).toEqual({
			written: 4,
			acked: 4,
			rendered: 4,
			lost: 0,
			doubled: 0,
			reordered: 0,
			foreign: 0,
		});
		expect(faultOf(ledger.verdict())).toBeNull();
	});

	it("reports a message that was acknowledged and never shown", () => {
		const ledger = run({ shown: ["m0", "m1", "m3"] });
		expect(ledger.isSettled()).toBe(false);
		expect(faultOf(ledger.verdict())).toBe("1 lost");
	});

	it("does not count an unacknowledged message as lost", () => {
		const ledger = run({ shown: ["m0", "m1", "m2"], acked: ["m0", "m1", "m2"] });
		expect(ledger.isSettled()).toBe(false);
		expect(faultOf(ledger.verdict())).toBeNull();
	});

	it("reports a message that was shown twice", () => {
		expect(faultOf(run({ shown: ["m0", "m1", "m1", "m2", "m3"] }).verdict())).toBe("1 doubled");
	});

	it("reports messages that were shown after a later one", () => {
		expect(faultOf(run({ shown: ["m0", "m3", "m1", "m2"] }).verdict())).toBe("2 reordered");
	});

	it("reports messages that nobody wrote, and messages of another session", () => {
		const strange = run({ shown: ["m0", "m1", "m2", "m3", "m9"] });
		expect(faultOf(strange.verdict())).toBe("1 foreign");
		const astray = run({ shown: ["m0", "m1", "m2", "m3"], conversation: 1 });
		expect(faultOf(astray.verdict())).toBe("4 lost, 4 foreign");
	});

	it("measures from when a message was due, and counts a missing one with the time waited", () => {
		const ledger = run({ shown: ["m0", "m1", "m2"] });
		const latencies = ledger.latencies({ from: 0, to: 4, now: 1_000 });
		expect(latencies).toEqual([20, 19, 18, 997]);
		expect(latencyFigures(latencies)).toEqual({ p50: 19, p99: 997, max: 997 });
		expect(ledger.worstArrival()).toBe(20);
		expect(ledger.latencies({ from: 1, to: 2, now: 1_000 })).toEqual([19]);
	});

	it("counts only messages within the schedule for the rate", () => {
		const ledger = run({ shown: ["m0", "m1"] });
		expect(ledger.during({ from: 0, to: 15 })).toEqual({ acked: 4, rendered: 0 });
		expect(ledger.during({ from: 0, to: 21 })).toEqual({ acked: 4, rendered: 2 });
	});
});
