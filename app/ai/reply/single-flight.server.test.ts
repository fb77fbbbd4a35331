import { expect, it } from "vitest";
import type { Answer, Answerer, AnswerRequest } from "../answer.ts";
import { answerInSingleFlight } from "./single-flight.server.ts";

const turnOfLoop = () => new Promise((resolve) => setImmediate(resolve));
const answerOf = (text: string) => ({ text }) as Answer;
const request = (signal = new AbortController().signal) =>
	({ question: "?", signal, usage: { turnId: "turn", sessionId: null } }) as AnswerRequest;

/** An answerer whose calls the test starts, ends and fails. */
function scripted() {
	const calls: {
		say: (piece: string, at?: number) => void;
		end: (text: string) => void;
		fail: (error: Error) => void;
		signal: AbortSignal;
	}[] = [];
	const write: Answerer = ({ signal }, onText) =>
		new Promise((resolve, reject) => {
			calls.push({ say: onText, end: (text) => resolve(answerOf(text)), fail: reject, signal });
			signal.addEventListener("abort", () => reject(signal.reason), { once: true });
		});
	return { calls, write };
}

let keys = 0;
const newKey = () => `key ${++keys}`;

function asker(
	key: string,
	write: Answerer,
	{ isShareable = (_answer: Answer): boolean => true, signal = undefined as AbortSignal | undefined } = {},
) {
	const one = { shown: "", answer: null as unknown as ReturnType<typeof answerInSingleFlight> };
	one.answer = answerInSingleFlight(
		{ key, request: request(signal), write, isShareable },
		(piece, at = one.shown.length) => {
			one.shown = one.shown.slice(0, at) + piece;
		},
	);
	one.answer.catch(() => {});
	return one;
}

it("writes once for all who ask the same, and each sees it come from its first word", async () => {
	const { calls, write } = scripted();
	const key = newKey();
	const first = asker(key, write);
	await turnOfLoop();
	calls[0]?.say("Every ");
	const second = asker(key, write);
	expect([first.shown, second.shown]).toEqual(["Every ", "Every "]);
	calls[0]?.say("nine");
	calls[0]?.say("Each week.", 0);
	calls[0]?.end("Each week.");
	expect(await first.answer).toEqual({ answer: answerOf("Each week."), isJoined: false });
	expect(await second.answer).toEqual({ answer: answerOf("Each week."), isJoined: true });
	expect([first.shown, second.shown]).toEqual(["Each week.", "Each week."]);
	expect(calls).toHaveLength(1);
	const late = asker(key, write);
	expect((await late.answer).isJoined).toBe(true);
	expect(late.shown).toBe("Each week.");
});

it("does not reach a request with another question", async () => {
	const { calls, write } = scripted();
	const first = asker(newKey(), write);
	const second = asker(newKey(), write);
	await turnOfLoop();
	calls[0]?.say("Mine");
	expect([first.shown, second.shown]).toEqual(["Mine", ""]);
});

it("fails for the first request, and is restarted once for all others", async () => {
	const { calls, write } = scripted();
	const key = newKey();
	const [first, second, third] = [asker(key, write), asker(key, write), asker(key, write)];
	await turnOfLoop();
	calls[0]?.say("Every ei");
	calls[0]?.fail(new Error("cut"));
	await expect(first.answer).rejects.toThrow("cut");
	await turnOfLoop();
	expect(calls).toHaveLength(2);
	expect(second.shown, "until there are better words").toBe("Every ei");
	calls[1]?.say("Every week.");
	calls[1]?.end("Every week.");
	expect((await second.answer).answer.text).toBe("Every week.");
	expect((await third.answer).answer.text).toBe("Every week.");
	expect([second.shown, third.shown]).toEqual(["Every week.", "Every week."]);
});

it("fails for all when it has failed twice: the provider is not asked once for each", async () => {
	const { calls, write } = scripted();
	const key = newKey();
	const askers = Array.from({ length: 5 }, () => asker(key, write));
	for (let round = 0; round < 2; round += 1) {
		await turnOfLoop();
		calls[round]?.fail(new Error(`failure ${round}`));
	}
	for (const { answer } of askers) await expect(answer).rejects.toThrow("failure");
	expect(calls).toHaveLength(2);
});

it("goes on when the one who asked first has gone, and ends when all have", async () => {
	const { calls, write } = scripted();
	const key = newKey();
	const [leaving, staying] = [new AbortController(), new AbortController()];
	const first = asker(key, write, { signal: leaving.signal });
	const second = asker(key, write, { signal: staying.signal });
	await turnOfLoop();
	leaving.abort(new Error("superseded"));
	await expect(first.answer).rejects.toThrow("superseded");
	calls[0]?.say("Still here.");
	expect([first.shown, second.shown]).toEqual(["", "Still here."]);
	expect(calls[0]?.signal.aborted).toBe(false);
	staying.abort(new Error("superseded too"));
	await expect(second.answer).rejects.toThrow("superseded too");
	expect(calls[0]?.signal.aborted).toBe(true);
});

it("is written again for each other request when it is not shareable", async () => {
	const { calls, write } = scripted();
	const key = newKey();
	const isShareable = ({ text }: Answer) => text !== "Your order.";
	const first = asker(key, write, { isShareable });
	const second = asker(key, write, { isShareable });
	await turnOfLoop();
	calls[0]?.say("Your order.");
	calls[0]?.end("Your order.");
	expect((await first.answer).answer.text).toBe("Your order.");
	await turnOfLoop();
	calls[1]?.say("Sign in.");
	calls[1]?.end("Sign in.");
	expect(await second.answer).toEqual({ answer: answerOf("Sign in."), isJoined: false });
	expect(second.shown).toBe("Sign in.");
});

it("continues for the others when one reader fails", async () => {
	const { calls, write } = scripted();
	const key = newKey();
	const deaf = answerInSingleFlight({ key, request: request(), write, isShareable: () => true }, () => {
		throw new RangeError("gone");
	});
	deaf.catch(() => {});
	const second = asker(key, write);
	await turnOfLoop();
	calls[0]?.say("Hello.");
	calls[0]?.end("Hello.");
	await expect(deaf).rejects.toThrow(RangeError);
	expect((await second.answer).answer.text).toBe("Hello.");
});
