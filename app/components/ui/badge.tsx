import type { ReactNode } from "react";

export type BadgeTone = "neutral" | "accent" | "attention" | "danger" | "ok";

const TONE_CLASSES: Record<BadgeTone, string> = {
	neutral: "bg-surface-sunken text-ink-soft",
	accent: "bg-accent-soft text-accent",
	attention: "bg-attention-soft text-attention",
	danger: "bg-danger-soft text-danger",
	ok: "bg-ok-soft text-ok",
};

/**
 * A short text about a state. Colours are only for states that need a person's action; the text must be clear without
 * the colour.
 */
export function Badge({ tone = "neutral", children }: { tone?: BadgeTone; children: ReactNode }) {
	return (
		<span
			className={`ground-edge inline-flex items-center gap-1 whitespace-nowrap rounded-full px-2 py-0.5 font-medium text-sm tabular-nums ${TONE_CLASSES[tone]}`}
		>
			{children}
		</span>
	);
}
