import type { ReactNode } from "react";
import { inLanguage } from "./translation-words.ts";

/**
 * The ground words stand on. `dir=auto` where the language is not known, since a customer may write in any script. The sharper corner points
 * at its sender, so it keeps to the page's side whatever direction the words have: hence right and left.
 */
export function BubbleBody({
	isOwn,
	language,
	text,
	children,
}: {
	isOwn: boolean;
	/** Of the words, where it is known and not the page's. */
	language?: string;
	/** The words as plain text, from which the direction is taken. */
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
