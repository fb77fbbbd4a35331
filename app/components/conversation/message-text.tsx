import { Button, DisclosureMark } from "#app/components/ui/index.ts";
import type { Message } from "#app/realtime/events.ts";
import type { ForeignPart, Translation } from "#db/shapes.ts";
import { BubbleBody } from "./bubble-body.tsx";
import { MarkedText } from "./marked-text.tsx";
import { type Act, useActing } from "./posted-fields.ts";
import { inLanguage, translatedLine } from "./translation-words.ts";

/** A message in the viewer's language, with the original one click away. */
export function MessageText({
	message,
	side,
	isOwn,
	onAct,
}: {
	message: Message;
	side: "user" | "agent";
	isOwn: boolean;
	onAct?: Act;
}) {
	const { language, foreignPart, translation } = message.metadata as {
		language?: string;
		foreignPart?: ForeignPart;
		translation?: Translation;
	};
	// Agents and the assistant write Markdown; customers' messages are plain text.
	const hasMarks = message.senderType !== "user";
	const isRead = translation?.text && (translation.isOriginal || side === "agent");
	if (!isRead) {
		return (
			<>
				<BubbleBody isOwn={isOwn} language={language} text={message.message}>
					<Parts text={message.message} foreignPart={foreignPart} hasMarks={hasMarks} />
				</BubbleBody>
				{side === "agent" && translation?.state === "failed" ? (
					<TranslateAgain message={message} onAct={onAct} />
				) : null}
			</>
		);
	}
	const { from, to, text, isOriginal } = translation;
	const [shown, other] = isOriginal
		? [
				{ text: message.message, language: from },
				{ text, language: to },
			]
		: [
				{ text, language: to },
				{ text: message.message, language: from },
			];
	return (
		<>
			<BubbleBody isOwn={isOwn} language={shown.language} text={shown.text}>
				<MarkedText text={shown.text ?? ""} hasMarks={hasMarks} />
			</BubbleBody>
			<details className="group max-w-full text-ink-soft text-sm">
				<summary
					{...(side === "user" ? inLanguage(from) : {})}
					className="flex min-h-9 cursor-pointer items-center gap-1 pointer-coarse:min-h-11"
				>
					<DisclosureMark />
					{translatedLine(translation, side)}
				</summary>
				<div
					{...inLanguage(other.language, other.text)}
					className="wrap-anywhere whitespace-pre-wrap border-line-strong border-s-2 ps-3 text-base text-ink"
				>
					<MarkedText text={other.text ?? ""} hasMarks={hasMarks} />
				</div>
			</details>
		</>
	);
}

/** A text whose end may be in another language, marked for screen readers and fonts. */
function Parts({
	text,
	foreignPart,
	hasMarks,
}: {
	text: string | undefined;
	foreignPart: ForeignPart | undefined;
	hasMarks: boolean;
}) {
	if (!text) return null;
	if (!foreignPart) return <MarkedText text={text} hasMarks={hasMarks} />;
	return (
		<>
			<MarkedText text={text.slice(0, foreignPart.at).trimEnd()} hasMarks={hasMarks} />
			<div {...inLanguage(foreignPart.language, text.slice(foreignPart.at))} className="mt-2">
				<MarkedText text={text.slice(foreignPart.at)} hasMarks={hasMarks} />
			</div>
		</>
	);
}

function TranslateAgain({ message, onAct }: { message: Message; onAct?: Act }) {
	const { submit } = useActing(onAct);
	return (
		<form
			method="post"
			action={`/admin/chat/${message.sessionId}`}
			target="_top"
			onSubmit={(event) => void submit(event)}
			className="flex flex-wrap items-center gap-2 text-ink-soft text-sm"
		>
			Could not be translated.
			<input type="hidden" name="intent" value="retranslate" />
			<input type="hidden" name="messageId" value={message.id} />
			<Button variant="quiet" size="compact">
				Translate again
			</Button>
		</form>
	);
}
