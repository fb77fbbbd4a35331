import { createParser } from "eventsource-parser";
import { type ChatEvent, eventSchema } from "../../events.ts";
import { type AttemptOutcome, createLinkedAbort, outcomeOfStatus } from "./outcomes.ts";
import type { Timings } from "./timings.ts";

/**
 * Reads one event stream to its end. The request uses `fetch`, because the browser's EventSource never reconnects
 * after one 503, cannot POST, and cannot distinguish a dead connection from an idle one.
 *
 * @param options.onHello called at the first event, which shows that the network passes events on.
 */
export async function readStream(options: {
	url: string;
	fields: Record<string, string>;
	method: "GET" | "POST";
	signal: AbortSignal;
	timings: Timings;
	onHello: () => void;
	onEvent: (id: string | null, event: ChatEvent) => void;
}): Promise<AttemptOutcome> {
	const { timings, signal } = options;
	const own = createLinkedAbort(signal);
	const fields = new URLSearchParams(options.fields);
	let helloAt = 0;
	let reconnectInMs: number | null = null;
	let hasBegun = false;
	let hasTimedOut = false;
	let timer: ReturnType<typeof setTimeout> | undefined;
	const expectWithin = (ms: number) => {
		clearTimeout(timer);
		timer = setTimeout(() => {
			hasTimedOut = true;
			own.abort();
		}, ms);
	};
	expectWithin(timings.hello);
	try {
		const response = await fetch(options.method === "GET" ? `${options.url}?${fields}` : options.url, {
			method: options.method,
			...(options.method === "POST" ? { body: fields } : {}),
			headers: { Accept: "text/event-stream" },
			signal: own.signal,
			cache: "no-store",
		});
		const refusal = outcomeOfStatus(response);
		if (refusal) return refusal;
		hasBegun = true;
		// A response that is not an event stream is not from our server: the login page of a public Wi-Fi (captive
		// portal) also has status 200.
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
				if (parsed.data.type === "bye") reconnectInMs = parsed.data.data.in;
				options.onEvent(frame.id ?? null, parsed.data);
			},
		});
		const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
		for (;;) {
			const { done, value } = await reader.read();
			if (done) break;
			parser.feed(value);
			// Any byte shows that the connection is alive, but only an event shows that the bytes are an event stream of
			// our server.
			if (helloAt > 0) expectWithin(timings.watchdog);
		}
	} catch {
		if (!hasBegun && !hasTimedOut) return { type: "unreachable" };
	} finally {
		clearTimeout(timer);
		own.abort();
	}
	if (helloAt === 0) return { type: "held-back" };
	return { type: "over", reconnectInMs, openMs: Date.now() - helloAt, hasTimedOut };
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return null;
	}
}
