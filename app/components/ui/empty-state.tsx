import type { ReactNode } from "react";

/** Shown in place of an empty list: says what the list will contain, and offers one action. */
export function EmptyState({
	title,
	children,
	action,
	picture,
}: {
	title: string;
	children?: ReactNode;
	action?: ReactNode;
	picture?: ReactNode;
}) {
	return (
		<div className="mx-auto flex max-w-sm flex-col items-center px-4 py-12 text-center">
			{picture ? (
				<div aria-hidden="true" className="mb-4 text-ink-soft">
					{picture}
				</div>
			) : null}
			<p className="font-medium text-lg">{title}</p>
			{children ? <div className="mt-1 text-balance text-ink-soft">{children}</div> : null}
			{action ? <div className="mt-4">{action}</div> : null}
		</div>
	);
}
