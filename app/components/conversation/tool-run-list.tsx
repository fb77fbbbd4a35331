import { DisclosureMark } from "#app/components/ui/index.ts";
import type { ToolRun } from "#db/shapes.ts";
import { toolRunText } from "./tool-run-text.ts";

/** The list below an answer with the assistant's look-ups for this answer. */
export function ToolRunList({ toolRuns }: { toolRuns: ToolRun[] }) {
	return (
		<details className="group text-ink-soft text-sm">
			<summary className="flex min-h-9 cursor-pointer items-center gap-1 pointer-coarse:min-h-11">
				<DisclosureMark />
				What the assistant did
			</summary>
			<ul className="ms-4 list-disc">
				{toolRuns.map((toolRun) => (
					<li key={toolRun.id}>{toolRunText(toolRun.tool, toolRun.orderNumber)}</li>
				))}
			</ul>
		</details>
	);
}
