import { createParser } from "eventsource-parser";
import { ProviderFault } from "../provider-fault.ts";

/**
 * Limit in characters for the data of one streamed event, and for a reply that is not streamed. A usual chunk has some
 * hundred characters.
 */
const MAX_EVENT_CHARACTERS = 2_000_000;

/**
 * Reads the chunks of a model server's response: events with JSON, up to `[DONE]`. The reply of a server that does not
 * stream is one chunk. Yields "done" at the server's end mark.
 * @throws ProviderFault for invalid JSON or an event that is too long; the connection's error when the connection
 * breaks.
 */
export async function* readChunks(response: Response): AsyncGenerator<{ chunk: unknown } | "done"> {
	const isJson = response.headers.get("content-type")?.includes("application/json") ?? false;
	const events: string[] = [];
	const parser = createParser({
		onEvent: ({ data }) => events.push(data),
		maxBufferSize: MAX_EVENT_CHARACTERS,
	});
	const decoder = new TextDecoder();
	let whole = "";
	/** The response after the end mark is read and ignored, so that the connection can be reused. */
	let isDone = false;
	const reader = response.body?.getReader();
	try {
		for (;;) {
			const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
			const text = done ? decoder.decode() : decoder.decode(value, { stream: true });
			if (isJson) {
				whole += text;
				if (whole.length > MAX_EVENT_CHARACTERS) throw toTooLongFault();
			} else feedParser(parser, done ? `${text}\n\n` : text);
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

function feedParser(parser: ReturnType<typeof createParser>, text: string): void {
	try {
		parser.feed(text);
	} catch {
		// The parser throws when it gets more data after an event that was too long.
		throw toTooLongFault();
	}
}

const toTooLongFault = () =>
	new ProviderFault({ reason: "malformed", canRetry: true, note: "event without end" });

function parseData(data: string): unknown {
	try {
		return JSON.parse(data);
	} catch {
		throw new ProviderFault({ reason: "malformed", canRetry: true, note: "not JSON" });
	}
}
