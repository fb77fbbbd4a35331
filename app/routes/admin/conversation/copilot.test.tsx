import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import type { CopilotResult } from "#app/ai/copilot/result.ts";
import { CopilotResultPanel } from "./copilot.tsx";

const MARKDOWN_TEXT = "Returns take **30 days**:\n\n1. `W2611340`\n2. a lamp";

const COPILOT_RESULTS: CopilotResult[] = [
	{ kind: "suggest", text: MARKDOWN_TEXT, meaning: null, note: null, sources: [], language: "en" },
	{ kind: "suggest", text: "Oui.", meaning: MARKDOWN_TEXT, note: null, sources: [], language: "fr" },
	{ kind: "rewrite", text: MARKDOWN_TEXT, language: null },
	{ kind: "summarise", text: MARKDOWN_TEXT, language: "en" },
];

it.each(COPILOT_RESULTS.map((result) => ({ result })))(
	"formats the copilot's Markdown: $result.kind",
	({ result }) => {
		const copilot = { working: null, result, problem: null, ask: async () => {}, dismiss: () => {} };
		const html = renderToStaticMarkup(
			<CopilotResultPanel copilot={copilot} onUse={() => {}} onSend={async () => true} />,
		);
		expect(html).toMatch(/<strong[^>]*>30 days<\/strong>/);
		// The draft that the copilot puts into the composer keeps its Markdown marks.
		expect(html.replace(/<input[^>]*>/g, "")).not.toMatch(/\*\*|`/);
	},
);
