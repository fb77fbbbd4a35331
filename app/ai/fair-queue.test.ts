import { expect, it } from "vitest";
import { createFairQueue } from "./fair-queue.ts";

/** Waits for two turns of the event loop. The fair queue leaves one turn between two tasks. */
async function twoEventLoopTurns() {
	await new Promise((resolve) => setImmediate(resolve));
	await new Promise((resolve) => setImmediate(resolve));
}

/** Creates a fair queue whose tasks end when the test ends them, and records the order in which the tasks started. */
function createControlledQueue(slots: number) {
	const queue = createFairQueue(slots);
	const started: string[] = [];
	const ends = new Map<string, (error?: Error) => void>();
	const add = (name: string, signal?: AbortSignal) => {
		const [group = ""] = name.split(" ");
		const work = queue.run(
			group,
			() =>
				new Promise<string>((resolve, reject) => {
					started.push(name);
					ends.set(name, (error) => (error ? reject(error) : resolve(name)));
				}),
			signal,
		);
		work.catch(() => {});
		return work;
	};
	const end = async (name: string, error?: Error) => {
		await twoEventLoopTurns();
		ends.get(name)?.(error);
		await twoEventLoopTurns();
	};
	return { started, add, end };
}

it("starts the task of a new group next, however many tasks of another group wait", async () => {
	const { started, add, end } = createControlledQueue(2);
	for (let index = 1; index <= 100; index += 1) add(`many ${index}`);
	await twoEventLoopTurns();
	expect(started, "a queue with one group uses all slots").toEqual(["many 1", "many 2"]);
	add("new 1");
	add("other 1");
	await end("many 1");
	await end("many 2");
	expect(started.slice(2)).toEqual(["new 1", "other 1"]);
	await end("new 1");
	await end("other 1");
	expect(started.slice(4)).toEqual(["many 3", "many 4"]);
});

it("serves groups in turn with one slot, and each in its own order", async () => {
	const { started, add, end } = createControlledQueue(1);
	for (const name of ["a 1", "a 2", "a 3", "b 1", "b 2", "c 1"]) add(name);
	for (let index = 0; index < 6; index += 1) {
		await twoEventLoopTurns();
		await end(started.at(-1) ?? "");
	}
	expect(started).toEqual(["a 1", "b 1", "c 1", "a 2", "b 2", "a 3"]);
});

it("releases the slot of a failed task, and removes a waiting task that is aborted", async () => {
	const { started, add, end } = createControlledQueue(1);
	const failing = add("a 1");
	const leaving = new AbortController();
	const left = add("b 1", leaving.signal);
	add("b 2");
	leaving.abort(new Error("superseded"));
	await expect(left).rejects.toThrow("superseded");
	await end("a 1", new Error("broken"));
	await expect(failing).rejects.toThrow("broken");
	expect(started).toEqual(["a 1", "b 2"]);
	await end("b 2");
	await expect(add("c 1", AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
	const last = add("c 2");
	await twoEventLoopTurns();
	await end("c 2");
	expect(await last).toBe("c 2");
});

it("leaves a turn of the event loop between tasks that do not wait", async () => {
	const queue = createFairQueue(1);
	const seen: string[] = [];
	const work = ["first", "second", "third"].map((name) => queue.run("a", async () => void seen.push(name)));
	for (let turn = 0; turn < 3; turn += 1) {
		await new Promise((resolve) => setImmediate(resolve));
		seen.push("turn");
	}
	await Promise.all(work);
	expect(seen.join(" ")).not.toMatch(/(?:first|second) (?:second|third)/);
});
