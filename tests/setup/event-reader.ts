import { createParser } from "eventsource-parser";

export type Frame = { id: string | undefined; type: string; data: Record<string, unknown> };

export type EventReader = {
	frames: Frame[];
	/** Sequences of the durable events received so far, in the order of arrival. */
	seqs: () => unknown[];
	/** Texts of the new messages received so far. Other events, such as queue announcements, may arrive between them. */
	messages: () => string[];
	/** Resolves when the server has ended the event stream. */
	ended: Promise<void>;
	close: () => Promise<void>;
};

/** Collects the events of an event stream, from a real server or from a loader's Response. */
export function readEvents(response: Response): EventReader {
	const frames: Frame[] = [];
	const parser = createParser({
		onEvent: (event) =>
			frames.push({ id: event.id, type: event.event ?? "", data: JSON.parse(event.data) as Frame["data"] }),
	});
	const body = response.body;
	if (!body) throw new Error("The response has no body to read events from.");
	const reader = body.pipeThrough(new TextDecoderStream()).getReader();
	const ended = (async () => {
		try {
			for (;;) {
				const { done, value } = await reader.read();
				if (done) return;
				parser.feed(value);
			}
		} catch {
			// The reading fails when the server was killed or this client disconnected.
		}
	})();
	return {
		frames,
		seqs: () => frames.filter((frame) => "seq" in frame.data).map((frame) => frame.data.seq),
		messages: () =>
			frames
				.filter((frame) => frame.type === "new-message")
				.map((frame) => (frame.data.message as { message: string }).message),
		ended,
		async close() {
			await reader.cancel().catch(() => {});
			await ended;
		},
	};
}
