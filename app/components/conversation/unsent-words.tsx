import { hasVisibleText } from "#app/text/visible-text.ts";

/** Words that a form could not hand over and that no field on the page takes any more: kept in sight, to be copied. */
export function UnsentWords({ text }: { text: string }) {
	if (!hasVisibleText(text)) return null;
	return (
		<section
			aria-label="Not sent"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
			tabIndex={0}
			className="mb-3 max-h-[30dvh] overflow-y-auto"
		>
			<p className="text-ink-soft text-sm">This was not sent:</p>
			<p
				dir="auto"
				className="wrap-anywhere select-all whitespace-pre-wrap border-line-strong border-s-2 ps-3"
			>
				{text}
			</p>
		</section>
	);
}
