import type { Deed } from "#db/shapes.ts";
import { deedName } from "./deed-words.ts";

/** Under an answer: what was looked up for it, for whoever wants to know. */
export function Deeds({ deeds }: { deeds: Deed[] }) {
	return (
		<details className="text-ink-soft text-sm">
			<summary className="min-h-9 cursor-pointer content-center pointer-coarse:min-h-11">
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
