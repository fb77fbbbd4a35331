import type { ReactNode } from "react";
import { languageAttributes } from "./translation-note.ts";

/**
 * The background of a message bubble. `dir=auto` is set when the language of the text is unknown, because a customer
 * may write in any script. The bubble's sharp corner is on the sender's side of the page (right or left), whatever the
 * text's direction.
 */
export function BubbleBody({
	isOwn,
	language,
	text,
	children,
}: {
	isOwn: boolean;
	/** Language of the text, when it is known and is not the page's language. */
	language?: string;
	/** The message as plain text, from which the text direction is decided. */
	text?: string;
	children: ReactNode;
}) {
	const look = isOwn
		? "ground-edge rounded-br-control bg-accent text-accent-ink"
		: "rounded-bl-control border border-line bg-surface-raised text-ink";
	return (
		<div
			{...languageAttributes(language, text)}
			className={`wrap-anywhere max-w-full whitespace-pre-wrap rounded-card px-3.5 py-2.5 text-base ${look}`}
		>
			{children}
		</div>
	);
}
