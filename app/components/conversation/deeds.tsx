import { ChevronRight } from "lucide-react";
import type { Deed } from "#db/shapes.ts";
import { deedName } from "./deed-words.ts";

/** Under an answer: what was looked up for it, for whoever wants to know. */
export function Deeds({ deeds }: { deeds: Deed[] }) {
	return (
		<details className="group text-ink-soft text-sm">
			<summary className="flex min-h-9 cursor-pointer items-center gap-1 pointer-coarse:min-h-11">
				<ChevronRight
					size={14}
					aria-hidden="true"
					className="shrink-0 transition-transform group-open:rotate-90 rtl:not-group-open:rotate-180"
				/>
				What the assistant did
			</summary>
			<ul className="ms-4 list-disc">
				{deeds.map((deed) => (
					<li key={deed.id}>{deedName(deed.tool, deed.orderNumber)}</li>
				))}
			</ul>
		</details>
	);
}
