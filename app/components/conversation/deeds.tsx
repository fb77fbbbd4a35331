import { DisclosureMark } from "#app/components/ui/index.ts";
import type { Deed } from "#db/shapes.ts";
import { deedName } from "./deed-words.ts";

/** The list below an answer of what the assistant looked up for it. */
export function Deeds({ deeds }: { deeds: Deed[] }) {
	return (
		<details className="group text-ink-soft text-sm">
			<summary className="flex min-h-9 cursor-pointer items-center gap-1 pointer-coarse:min-h-11">
				<DisclosureMark />
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
