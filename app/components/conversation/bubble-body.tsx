import type { ReactNode } from "react";
import { inLanguage } from "./translation-note.ts";

/**
 * The background of a message. `dir=auto` when the language is unknown, because a customer may write in any script.
 * The sharp corner points to the sender, so it does not follow the text's direction: hence right and left, not start
 * and end.
 */
export function BubbleBody({
	isOwn,
	language,
	text,
	children,
}: {
	isOwn: boolean;
	/** Language of the text, when it is known and differs from the page's. */
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
			{...inLanguage(language, text)}
			className={`wrap-anywhere max-w-full whitespace-pre-wrap rounded-card px-3.5 py-2.5 text-base ${look}`}
		>
			{children}
		</div>
	);
}
