import { createParser } from "eventsource-parser";
import { ProviderFault } from "../provider-fault.ts";

/** One event's data, and a whole reply without a stream, in UTF-16 units: a chunk has some hundred. */
const LONGEST_EVENT = 2_000_000;

/**
 * Reads a response as chunks: events with JSON, up to `[DONE]`. A server that does not stream answers with one JSON
 * body, which is one chunk. Yields "done" where the server marks the end.
 * @throws ProviderFault for what is no JSON or too long; what the connection throws when it breaks.
 */
export async function* chunksOf(response: Response): AsyncGenerator<{ chunk: unknown } | "done"> {
	const isJson = response.headers.get("content-type")?.includes("application/json") ?? false;
	const events: string[] = [];
	const parser = createParser({ onEvent: ({ data }) => events.push(data), maxBufferSize: LONGEST_EVENT });
	const decoder = new TextDecoder();
	let whole = "";
	/** The rest is read and dropped, so that the connection can serve the next request. */
	let isDone = false;
	const reader = response.body?.getReader();
	try {
		for (;;) {
			const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
			const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
			if (isJson) {
				whole += text;
				if (whole.length > LONGEST_EVENT) throw tooLong();
			} else feed(parser, done ? `${text}\n\n` : text);
			for (const data of events.splice(0)) {
				if (isDone) break;
				isDone = data.trimStart().startsWith("[DONE]");
				yield isDone ? "done" : { chunk: parseData(data) };
			}
			if (!done) continue;
			if (isJson && whole.trim() !== "") {
				yield { chunk: parseData(whole) };
				yield "done";
			}
			return;
		}
	} finally {
		reader?.cancel().catch(() => {});
	}
}

function feed(parser: ReturnType<typeof createParser>, text: string): void {
	try {
		parser.feed(text);
	} catch {
		// The parser throws once it has been terminated by an event that is too long.
		throw tooLong();
	}
}

const tooLong = () => new ProviderFault({ reason: "malformed", canRetry: true, note: "event without end" });

function parseData(data: string): unknown {
	try {
		return JSON.parse(data);
	} catch {
		throw new ProviderFault({ reason: "malformed", canRetry: true, note: "not JSON" });
	}
}
