import { randomBytes } from "node:crypto";
import { renderToStaticMarkup } from "react-dom/server";
import { BubbleBody } from "#app/components/conversation/bubble-body.tsx";
import { MessageBubble, ProgressLine } from "#app/components/conversation/message-bubble.tsx";
import type { ViewerSide } from "#app/components/conversation/side.ts";
import { languageAttributes } from "#app/components/conversation/translation-note.ts";
import { dayNumber } from "#app/components/time/format-time.ts";
import { DaySeparator } from "#app/components/time/time.tsx";
import { AssistantMark } from "#app/components/ui/index.ts";
import { endBodyWithConnection, findResponse, type WithHeaders } from "#app/http/exchange.server.ts";
import { pageSecurityHeaders } from "#app/http/security-headers.server.ts";
import { isEmailOffered } from "#app/models/chat-session/queue-texts.ts";
import type { Cursor } from "#app/realtime/cursor.ts";
import type { EventData, Message, Session, StreamName } from "#app/realtime/events.ts";
import type { PresenceSubject } from "#app/realtime/presence/subject.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";
import { createWebSink } from "#app/realtime/sink/web.server.ts";
import { STREAM_HEADERS } from "#app/realtime/sse.server.ts";
import { type AccessGuard, type EncodeEvent, openStream } from "#app/realtime/stream.server.ts";
import { statusText } from "#app/routes/chat/status-line.ts";
import { createStreamStarter, refuseWhileDraining } from "#app/routes/streams/events.server.ts";
import stylesheet from "#app/styles.css?url";
import { StreamingMarkdownRemover } from "#app/text/message-markdown.ts";

/** An HTML comment of 1 KB, because some browsers render nothing before they have received about that much. */
const OPENING_PADDING = `<!--${" ".repeat(1024)}-->`;

/**
 * A link at the end of the session that loads the chat page, because the page around the frame does not learn that the
 * session has ended.
 */
const SESSION_END_LINK_HTML =
	'<p class="self-center text-sm"><a class="text-accent underline underline-offset-2" href="/chat">Rate this conversation or start a new one</a></p>';

/**
 * The transcript as an HTML page that never ends: messages are appended when they arrive, and live answers word by
 * word. HTML that was sent cannot be changed, so outdated HTML is hidden by a later style element. The frame's page
 * (`frame.ts`) loads the transcript again when its connection has ended.
 */
export function respondWithTranscript(
	request: WithHeaders,
	options: {
		sessionId: string;
		streams: StreamName[];
		side: ViewerSide;
		/** The customer's name, for the agent's page. */
		customerName?: string | null;
		cursor: Cursor | null;
		/** The owner for whom the open stream is counted. `subject` is the presence subject while the page is open. */
		owner: string;
		subject: PresenceSubject | null;
		guard: AccessGuard;
		/** Reads the session as it is now, for the status line on the customer's page. */
		readSession?: () => Promise<Session>;
		readHistory: (upToSeq: number) => Promise<unknown[]>;
	},
): Response {
	refuseWhileDraining();
	const nonce = randomBytes(16).toString("base64");
	const start = createStreamStarter(request, { ...options, revalidate: options.guard.revalidate }, (sink) =>
		openTranscript(sink, nonce, options),
	);
	endBodyWithConnection(request);
	const { body, sink } = createWebSink(findResponse(request));
	sink.write(openPage(nonce, options.side));
	start(sink);
	return new Response(body, { headers: transcriptHeaders(nonce) });
}

/** The response to a HEAD request, which opens no event stream. */
export const respondToTranscriptHead = (): Response =>
	new Response(null, { headers: transcriptHeaders(randomBytes(16).toString("base64")) });

const transcriptHeaders = (nonce: string): [string, string][] => [
	["Content-Type", "text/html; charset=utf-8"],
	...Object.entries(STREAM_HEADERS),
	...pageSecurityHeaders(nonce),
];
/** Writes the first status line before the message history; events change the status line later. */
async function openTranscript(
	sink: Sink,
	nonce: string,
	options: Parameters<typeof respondWithTranscript>[1],
): Promise<void> {
	const { side, customerName } = options;
	const status = createStatusBar(nonce, customerName ?? null);
	const encode = createTranscriptEncoder(side, nonce, customerName, status);
	await openStream({
		...options,
		sink,
		encode,
		readHistory: async (upToSeq) => {
			// The session is read after the reader has joined the stream, so the status line is at least as new as the
			// message history.
			const [messages, session] = await Promise.all([options.readHistory(upToSeq), options.readSession?.()]);
			if (session) sink.write(status.show(session));
			return messages;
		},
	});
}

/**
 * The status line above the transcript: who answers, the queue position and the waiting time. HTML that was sent cannot
 * be changed, so each new status line covers the previous one, which is hidden.
 */
function createStatusBar(nonce: string, customerName: string | null) {
	let count = 0;
	let shown = "";
	let session: Session | null = null;
	let isAgentHere: boolean | null = null;

	function draw(): string {
		if (!session) return "";
		const statusNow = statusText(session, { customerName, isAgentHere });
		const { queue } = session;
		const html = renderToStaticMarkup(
			<>
				<p>{statusNow}</p>
				{queue ? <p {...languageAttributes(queue.language)}>{queue.text}</p> : null}
			</>,
		);
		if (html === shown) return "";
		shown = html;
		count += 1;
		const hideLast = count > 1 ? `<style nonce="${nonce}">#status-${count - 1}{display:none}</style>` : "";
		return `${hideLast}<div id="status-${count}" role="status" class="fixed inset-x-0 top-0 border-line border-b bg-surface px-4 py-1.5 text-center text-ink-soft text-sm">${html}</div>`;
	}

	return {
		show(changed: Session): string {
			// An event is ignored when it is older than the session that was read from the database.
			if (session && changed.lastSeq < session.lastSeq) return "";
			session = changed;
			return draw();
		},
		showPresence(isHere: boolean): string {
			isAgentHere = isHere;
			return draw();
		},
	};
}

function openPage(nonce: string, side: ViewerSide): string {
	// On the customer's page the status line covers the top of the transcript, so the transcript has padding there.
	const top = side === "user" ? "pt-24" : "pt-4";
	// `column-reverse` keeps the newest message visible while the page grows, without scripts.
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Conversation</title><base target="_top"><link rel="stylesheet" href="${stylesheet}"><style nonce="${nonce}">html,body{height:100%}body{margin:0;display:flex;flex-direction:column-reverse;overflow-y:auto}</style></head><body>${OPENING_PADDING}<div role="log" aria-label="Conversation" class="mb-auto flex flex-col gap-3 px-4 ${top} pb-4">`;
}

/** Link to the form for an email address, which is on the page around the transcript's frame. */
const EMAIL_LINK =
	'<p class="self-center text-sm"><a class="text-accent underline underline-offset-2" href="/chat">Where can we reach you?</a></p>';

/** Creates a function that turns events into pieces of HTML for the transcript page. Exported for its test. */
export function createTranscriptEncoder(
	side: ViewerSide,
	nonce: string,
	customerName?: string | null,
	/** The status line on the customer's page; null for the agent's page, which shows its own. */
	status: ReturnType<typeof createStatusBar> | null = null,
): EncodeEvent {
	let pieces = 0;
	let live: { messageId: string; element: string; marks: StreamingMarkdownRemover } | null = null;
	let thinking: string | null = null;
	let hasOfferedEmail = false;
	const hide = (element: string) => `<style nonce="${nonce}">#${element}{display:none}</style>`;

	function closeLive(): string {
		if (!live) return "";
		const html = `</div></div></div>${hide(live.element)}`;
		live = null;
		return html;
	}

	function closeThinking(): string {
		if (!thinking) return "";
		const html = hide(thinking);
		thinking = null;
		return html;
	}

	function openLive(delta: EventData<"ai-delta">): string {
		pieces += 1;
		live = { messageId: delta.messageId, element: `live-${pieces}`, marks: new StreamingMarkdownRemover() };
		const bubble = renderToStaticMarkup(
			<div id={live.element} className="flex max-w-[min(85%,var(--container-measure))] gap-2.5 self-start">
				<AssistantMark size="small" />
				<div className="flex min-w-0 flex-col items-start gap-1">
					<BubbleBody isOwn={false}>{live.marks.push(delta.text)}</BubbleBody>
				</div>
			</div>,
		);
		// The bubble's last HTML tags are not sent yet, so that the next text of the live answer is inside the bubble.
		return bubble.replace(/<\/div><\/div><\/div>$/, "");
	}

	let day: number | null = null;
	function bubble(message: Message): string {
		const before = day;
		day = dayNumber(new Date(message.sentAt), { now: new Date(), timeZone: "UTC" });
		return renderToStaticMarkup(
			<>
				{day === before ? null : <DaySeparator iso={message.sentAt} />}
				<MessageBubble message={message} side={side} customerName={customerName} />
			</>,
		);
	}

	return ({ type, json }) => {
		switch (type) {
			case "chat-history":
				return (JSON.parse(json) as EventData<"chat-history">).messages.map(bubble).join("");
			case "new-message": {
				const { message } = JSON.parse(json) as EventData<"new-message">;
				return closeThinking() + closeLive() + bubble(message);
			}
			case "ai-thinking": {
				const { on } = JSON.parse(json) as EventData<"ai-thinking">;
				if (!on) return closeThinking() || null;
				if (thinking || live) return null;
				pieces += 1;
				thinking = `thinking-${pieces}`;
				return renderToStaticMarkup(
					<div id={thinking} aria-live="off">
						<ProgressLine text="Assistant is thinking" />
					</div>,
				);
			}
			case "ai-delta": {
				const delta = JSON.parse(json) as EventData<"ai-delta">;
				if (delta.offset > 0 && live?.messageId === delta.messageId) {
					return escapeText(live.marks.push(delta.text));
				}
				if (delta.offset > 0) return null;
				return closeThinking() + closeLive() + openLive(delta);
			}
			case "session-updated": {
				const { session } = JSON.parse(json) as EventData<"session-updated">;
				const mayLeave = side === "user" && session.queue && isEmailOffered(session.queue);
				const isOffered = mayLeave && !session.contactEmail && !hasOfferedEmail;
				hasOfferedEmail ||= isOffered === true;
				const html = side === "user" ? (status?.show(session) ?? "") : "";
				return closeThinking() + html + (isOffered ? EMAIL_LINK : "") || null;
			}
			case "agent-presence": {
				const { on } = JSON.parse(json) as EventData<"agent-presence">;
				return (side === "user" && status?.showPresence(on)) || null;
			}
			case "chat-ended": {
				const { session } = JSON.parse(json) as EventData<"chat-ended">;
				const html = side === "user" ? (status?.show(session) ?? "") + SESSION_END_LINK_HTML : "";
				return closeThinking() + closeLive() + html || null;
			}
			case "hb":
				// The heartbeat is sent as an HTML comment, so that proxies do not close the connection.
				return live ? null : "<!-- -->";
			default:
				return null;
		}
	};
}

function escapeText(text: string): string {
	return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
