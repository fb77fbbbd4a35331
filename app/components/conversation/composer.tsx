import { SendHorizontal } from "lucide-react";
import { type FormEvent, memo, type RefObject, useEffect, useRef, useState } from "react";
import { Button, Textarea } from "#app/components/ui/index.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { readDraft, writeDraft } from "./drafts.ts";
import { useEnterKey } from "./enter-key.ts";

/**
 * A text to put into the composer's field. With `isWhole` the text replaces what the field contains; otherwise it is
 * put before it.
 */
export type RestoredText = { text: string; count: number; isWhole?: boolean };

/**
 * The composer: the form in which a message is written. Without scripts the browser posts the form and the page
 * reloads. With scripts Enter sends the message (on a touch keyboard Enter breaks the line), and the draft survives a
 * reload.
 */
export const Composer = memo(function Composer({
	intent,
	hidden,
	defaultMessage = "",
	error,
	hint,
	draftKey,
	onSend,
	onTyping,
	restored,
	formId,
}: {
	intent: "send" | "reply";
	/** Values of the composer form's hidden fields, by field name. */
	hidden: Record<string, string>;
	defaultMessage?: string;
	error?: string;
	hint?: string;
	draftKey: string;
	/** Receives the text of the composer; returns false when the text must stay in the field. */
	onSend: (text: string) => boolean;
	onTyping: () => void;
	/** A text to put back into the field; `count` grows each time, so that an equal text can be put back twice. */
	restored?: RestoredText;
	/** Id of the composer's form. Buttons elsewhere on the page belong to the form, so that they post the draft too. */
	formId: string;
}) {
	const [text, setText] = useState(defaultMessage);
	const field = useRef<HTMLTextAreaElement>(null);

	useEffect(() => {
		const draft = readDraft(draftKey);
		// Text that the customer typed before the scripts ran is in the field already and must not be lost.
		const typed = field.current?.value ?? "";
		setText((known) => known || typed || draft);
	}, [draftKey]);

	useEffect(() => {
		if (!restored || restored.count === 0) return;
		setText((known) => (known && !restored.isWhole ? `${restored.text}\n${known}` : restored.text));
		if (restored.isWhole) writeDraft(draftKey, restored.text);
		field.current?.focus();
	}, [restored, draftKey]);

	useAutoHeight(field, text);

	function change(next: string) {
		setText(next);
		writeDraft(draftKey, next);
		if (next !== "") onTyping();
	}

	function send() {
		if (!hasVisibleText(text)) {
			field.current?.focus();
			return;
		}
		if (!onSend(text)) return;
		setText("");
		writeDraft(draftKey, "");
		field.current?.focus();
	}

	const enter = useEnterKey(send);

	function submit(event: FormEvent) {
		event.preventDefault();
		send();
	}

	return (
		<form id={formId} method="post" onSubmit={submit} className="flex items-end gap-2">
			{Object.entries(hidden).map(([name, value]) => (
				<input key={name} type="hidden" name={name} value={value} />
			))}
			<Textarea
				fieldRef={field}
				label="Message"
				isLabelHidden
				name="message"
				rows={1}
				dir="auto"
				enterKeyHint={enter.hint}
				autoComplete="off"
				placeholder={hint}
				error={error}
				value={text}
				onChange={(event) => change(event.target.value)}
				{...enter.handlers}
				autoFocus={error !== undefined}
				className="min-w-0 flex-1"
			/>
			<Button type="submit" name="intent" value={intent} aria-label="Send" className="shrink-0">
				<SendHorizontal size={20} aria-hidden="true" />
				<span className="max-sm:sr-only">Send</span>
			</Button>
		</form>
	);
});

/** Resizes the composer's field to the height of its text, in browsers that do not support `field-sizing`. */
function useAutoHeight(field: RefObject<HTMLTextAreaElement | null>, text: string) {
	// biome-ignore lint/correctness/useExhaustiveDependencies: the field's height must be measured again when the text changes.
	useEffect(() => {
		const element = field.current;
		if (!element || CSS.supports("field-sizing", "content")) return;
		element.style.height = "auto";
		element.style.height = `${element.scrollHeight + element.offsetHeight - element.clientHeight}px`;
	}, [field, text]);
}
