import { CircleAlert, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

export type NoticeTone = "info" | "attention" | "danger";

const TONE_CLASSES: Record<NoticeTone, { ground: string; mark: string; Icon: typeof Info; name: string }> = {
	info: { ground: "bg-accent-soft border-transparent", mark: "text-accent", Icon: Info, name: "Note" },
	attention: {
		ground: "bg-attention-soft border-transparent",
		mark: "text-attention",
		Icon: TriangleAlert,
		name: "Attention",
	},
	danger: {
		ground: "bg-danger-soft border-transparent",
		mark: "text-danger",
		Icon: CircleAlert,
		name: "Problem",
	},
};

/**
 * A message box. The tone `danger` interrupts screen readers, the other tones wait. `reference` is the request's id in
 * the server's log, which the user can quote.
 */
export function Notice({
	tone = "info",
	title,
	children,
	action,
	reference,
	className = "",
}: {
	tone?: NoticeTone;
	title?: string;
	children?: ReactNode;
	action?: ReactNode;
	reference?: string;
	className?: string;
}) {
	const { ground, mark, Icon, name } = TONE_CLASSES[tone];
	return (
		<div
			role={tone === "danger" ? "alert" : "status"}
			className={`flex gap-3 rounded-control border px-4 py-3 text-ink ${ground} ${className}`}
		>
			<Icon size={20} role="img" aria-label={name} className={`mt-px shrink-0 ${mark}`} />
			<div className="min-w-0 flex-1">
				{title ? <p className="font-medium">{title}</p> : null}
				{children ? <div>{children}</div> : null}
				{reference ? (
					<p className="mt-1 text-sm">
						Reference <code className="select-all font-mono">{reference}</code>
					</p>
				) : null}
			</div>
			{action ? <div className="shrink-0 self-center">{action}</div> : null}
		</div>
	);
}
