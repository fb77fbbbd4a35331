import { createParser } from "eventsource-parser";
import { type ChatEvent, eventSchema } from "../../events.ts";
import { abortWith, type Ended, judgeStatus } from "./answers.ts";
import type { Pace } from "./pace.ts";

/**
 * Reads one event stream to its end. `fetch` and not the browser's EventSource, which gives up for good after a
 * single 503, cannot POST, and cannot tell a dead line from a quiet one.
 *
 * @param options.onHello called with the first event: bytes do get through.
 */
export async function readStream(options: {
	url: string;
	fields: Record<string, string>;
	method: "GET" | "POST";
	signal: AbortSignal;
	pace: Pace;
	onHello: () => void;
	onEvent: (id: string | null, event: ChatEvent) => void;
}): Promise<Ended> {
	const { pace, signal } = options;
	const own = abortWith(signal);
	const fields = new URLSearchParams(options.fields);
	let helloAt = 0;
	let comeBackIn: number | null = null;
	let hasBegun = false;
	let fellSilent = false;
	let timer: ReturnType<typeof setTimeout> | undefined;
	const expectWithin = (ms: number) => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			fellSilent = true;
			own.abort();
		}, ms);
	};
	expectWithin(pace.hello);
	try {
		const response = await fetch(options.method === "GET" ? `${options.url}?${fields}` : options.url, {
			method: options.method,
			...(options.method === "POST" ? { body: fields } : {}),
			headers: { Accept: "text/event-stream" },
			signal: own.signal,
			cache: "no-store",
		});
		const judged = judgeStatus(response);
		if (judged) return judged;
		hasBegun = true;
		// A captive portal answers 200 with a page of its own.
		const isEvents = response.headers.get("Content-Type")?.startsWith("text/event-stream");
		if (!isEvents || !response.body) return { type: "held-back" };
		const parser = createParser({
			onEvent(frame) {
				const parsed = eventSchema.safeParse({ type: frame.event, data: parseJson(frame.data) });
				if (!parsed.success || own.signal.aborted) return;
				if (helloAt === 0) {
					helloAt = Date.now();
					options.onHello();
				}
				if (parsed.data.type === "bye") comeBackIn = parsed.data.data.in;
				options.onEvent(frame.id ?? null, parsed.data);
			},
		});
		const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			parser.feed(value);
			// Any byte shows that the line lives, but only an event that it is a stream of ours.
			if (helloAt > 0) expectWithin(pace.watchdog);
		}
	} catch {
		if (!hasBegun && !fellSilent) return { type: "unreachable" };
	} finally {
		clearTimeout(timer);
		own.abort();
	}
	if (helloAt === 0) return { type: "held-back" };
	return { type: "over", comeBackIn, livedMs: Date.now() - helloAt, fellSilent };
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
