import { memo, useEffect, useState } from "react";
import { Button } from "#app/components/ui/index.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { readDraft, writeDraft } from "./drafts.ts";

/** Shows a text that could not be sent and has no field on the page, so that the writer can copy it. */
export function UnsentText({ text, onDiscard }: { text: string; onDiscard?: () => void }) {
	if (!hasVisibleText(text)) return null;
	return (
		<section
			aria-label="Not sent"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
			tabIndex={0}
			className="mb-3 max-h-[30dvh] overflow-y-auto"
		>
			<p className="flex items-center gap-2 text-ink-soft text-sm">
				This was not sent:
				{onDiscard ? (
					<Button type="button" variant="quiet" size="compact" onClick={onDiscard}>
						Discard
					</Button>
				) : null}
			</p>
			<p
				dir="auto"
				className="wrap-anywhere select-all whitespace-pre-wrap border-line-strong border-s-2 ps-3"
			>
				{text}
			</p>
		</section>
	);
}

/**
 * Shows a draft that the composer stored before the composer disappeared from the page.
 * @param draftKey the composer's storage key.
 * @param text the text of a form that was posted without scripts and refused.
 */
export const UnsentDraft = memo(function UnsentDraft({ draftKey, text }: { draftKey: string; text: string }) {
	const [unsent, setUnsent] = useState(text);
	useEffect(() => setUnsent(text || readDraft(draftKey)), [draftKey, text]);
	return (
		<UnsentText
			text={unsent}
			onDiscard={() => {
				writeDraft(draftKey, "");
				setUnsent("");
			}}
		/>
	);
});
