import { Button, DisclosureMark } from "#app/components/ui/index.ts";
import type { Message } from "#app/realtime/events.ts";
import type { ForeignPart, Translation } from "#db/shapes.ts";
import { BubbleBody } from "./bubble-body.tsx";
import { type PostForm, useFormPost } from "./form-post.ts";
import { FormattedMessage } from "./formatted-message.tsx";
import { languageAttributes, translationNote } from "./translation-note.ts";

/** A message translated into the viewer's language, with a button that shows the original. */
export function MessageText({
	message,
	side,
	isOwn,
	onPostForm,
}: {
	message: Message;
	side: "user" | "agent";
	isOwn: boolean;
	onPostForm?: PostForm;
}) {
	const { language, foreignPart, translation } = message.metadata as {
		language?: string;
		foreignPart?: ForeignPart;
		translation?: Translation;
	};
	// Agents and the assistant write Markdown; customers write plain text.
	const isMarkdown = message.senderType !== "user";
	const isRead = translation?.text && (translation.isOriginal || side === "agent");
	if (!isRead) {
		return (
			<>
				<BubbleBody isOwn={isOwn} language={language} text={message.message}>
					<TextParts text={message.message} foreignPart={foreignPart} isMarkdown={isMarkdown} />
				</BubbleBody>
				{side === "agent" && translation?.state === "failed" ? (
					<TranslateAgain message={message} onPostForm={onPostForm} />
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
				<FormattedMessage text={shown.text ?? ""} isMarkdown={isMarkdown} />
			</BubbleBody>
			<details className="group max-w-full text-ink-soft text-sm">
				<summary
					{...(side === "user" ? languageAttributes(from) : {})}
					className="flex min-h-9 cursor-pointer items-center gap-1 pointer-coarse:min-h-11"
				>
					<DisclosureMark />
					{translationNote(translation, side)}
				</summary>
				<div
					{...languageAttributes(other.language, other.text)}
					className="wrap-anywhere whitespace-pre-wrap border-line-strong border-s-2 ps-3 text-base text-ink"
				>
					<FormattedMessage text={other.text ?? ""} isMarkdown={isMarkdown} />
				</div>
			</details>
		</>
	);
}

/** A text whose last part may be in another language. The language is marked (`lang`) for screen readers and fonts. */
function TextParts({
	text,
	foreignPart,
	isMarkdown,
}: {
	text: string | undefined;
	foreignPart: ForeignPart | undefined;
	isMarkdown: boolean;
}) {
	if (!text) return null;
	if (!foreignPart) return <FormattedMessage text={text} isMarkdown={isMarkdown} />;
	return (
		<>
			<FormattedMessage text={text.slice(0, foreignPart.at).trimEnd()} isMarkdown={isMarkdown} />
			<div {...languageAttributes(foreignPart.language, text.slice(foreignPart.at))} className="mt-2">
				<FormattedMessage text={text.slice(foreignPart.at)} isMarkdown={isMarkdown} />
			</div>
		</>
	);
}

function TranslateAgain({ message, onPostForm }: { message: Message; onPostForm?: PostForm }) {
	const { submit } = useFormPost(onPostForm);
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
