import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";

/** The layout of the pages with earlier conversations: the link back, a title, and the scrolling content. */
export function EarlierFrame({
	title,
	back,
	children,
}: {
	title: ReactNode;
	back: { to: string; name: string };
	children: ReactNode;
}) {
	return (
		<div className="mx-auto flex min-h-dvh max-w-3xl flex-col">
			<header className="sticky top-0 z-10 flex min-h-14 items-center gap-2 border-line border-b bg-surface px-4 py-1.5">
				<a
					href={back.to}
					aria-label={back.name}
					className="-ms-3 grid size-11 shrink-0 place-items-center rounded-control hover:bg-surface-sunken"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
				</a>
				<h1 className="min-w-0 flex-1 truncate font-semibold text-lg">{title}</h1>
			</header>
			<main id="main" className="flex flex-1 flex-col px-4 py-4">
				{children}
			</main>
		</div>
	);
}
