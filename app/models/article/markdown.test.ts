import { describe, expect, it } from "vitest";
import { renderArticle } from "#app/routes/help/render-article.server.ts";
import { removeHiddenParts } from "./markdown.ts";
import { splitIntoPassages } from "./passages.ts";

/** Returns two results for one Markdown text: what the help page shows, and what search indexes and quotes. */
function readings(source: string) {
	const { text, unclosed } = removeHiddenParts(source);
	const passages = splitIntoPassages({ title: "T", body: text });
	return {
		stored: text,
		unclosed,
		page: renderArticle(text).html,
		quoted: passages.map(({ heading, body }) => `${heading}: ${body}`).join("\n"),
	};
}

describe("a hidden part", () => {
	it.each([
		["on a line of its own", "Shown.\n\n<!-- SECRET -->\n\nEnd."],
		["within a line", "Shown<!-- SECRET --> text. End."],
		["over lines", "Shown.\n\n<!--\nSECRET\n-->\n\nEnd."],
		["over paragraphs", "Shown <!-- a\n\nSECRET\n\nb --> End."],
		["around a fence", "Shown.\n\n<!--\n```\nSECRET\n```\n-->\n\nEnd. <!-- SECRET -->"],
		["around half a fence", "Shown <!-- x\n\n```\nSECRET -->\n\nEnd. <!-- SECRET -->"],
		["in a list", "- Shown\n  <!-- SECRET -->\n- End."],
		["in a table", "| a | b |\n|---|---|\n| Shown <!-- SECRET --> | End. |"],
		["in a quotation", "> Shown <!-- SECRET\n> SECRET --> End."],
		["in a heading", "## Shown <!-- SECRET -->\n\nEnd."],
		["between single backticks", "Shown ` <!-- SECRET --> End."],
		["with code in it", "Shown <!-- `SECRET` --> End."],
		["nested", "Shown <!-- a <!-- SECRET --> End."],
		["after an empty one", "Shown <!----> <!--> <!-- SECRET --> End."],
		["in a script", "Shown.\n\n<script>\nlet SECRET;\n\nmore();\n</script>\n\nEnd."],
		["in a style", "Shown.\n\n<style media=print>.SECRET{}</style>\n\nEnd."],
		["in a template within a line", "Shown <template>SECRET</template> End."],
	])("is neither stored, shown nor quoted: %s", (_, source) => {
		const { stored, page, quoted, unclosed } = readings(source);
		expect(unclosed).toBeNull();
		for (const reading of [stored, page, quoted]) {
			expect(reading).not.toMatch(/SECRET|<!--|-->|&lt;!--/);
			expect(reading).toContain("Shown");
			expect(reading).toContain("End.");
		}
	});

	it.each([
		["a fence", "```html\n<!-- KEPT -->\n```"],
		["a fence of tildes", "~~~\n<!-- KEPT\n~~~"],
		["an indented block", "Text:\n\n    <!-- KEPT -->"],
		["a span", "Write `<!-- KEPT -->` there."],
		["a span of two backticks", "Write ``<!-- ` KEPT -->`` there."],
		["escaped", "Write \\<!-- KEPT --> there."],
		["a script in a span", "Put `<script>` KEPT there."],
	])("is text inside code: %s", (_, source) => {
		const { stored, page, quoted, unclosed } = readings(source);
		expect(unclosed).toBeNull();
		expect(stored).toBe(source);
		for (const reading of [page, quoted]) expect(reading).toContain("KEPT");
	});

	it("hides the rest when it has no end", () => {
		expect(removeHiddenParts("a\n\nb <!-- c")).toEqual({
			text: "a\n\nb ",
			unclosed: { line: 3, what: "a comment (<!--)" },
		});
	});

	it("is found in linear time", () => {
		const steps = (count: number) => {
			const started = performance.now();
			removeHiddenParts("a <!-- b --> `c` ".repeat(count));
			return performance.now() - started;
		};
		steps(500);
		expect(steps(4_000)).toBeLessThan(60 * Math.max(steps(500), 1));
	});
});

describe("HTML in Markdown", () => {
	it.each(["<br>", "<br/>", "<br />", "<BR>", '<br class="x">'])("breaks the line at %s", (tag) => {
		const table = readings(`| Day | Hours |\n|---|---|\n| Mon${tag}Tue | 9&nbsp;to&nbsp;5 |`);
		expect(table.page).toMatch(/Mon<br \/>\s*Tue/);
		expect(table.quoted).toContain("Mon Tue – Hours: 9 to 5");
		const text = readings(`one${tag}two${tag}\nthree`);
		expect(text.page).toMatch(/one<br \/>\s*two<br \/>\s*three/);
		expect(text.quoted).toContain("one\ntwo\nthree");
	});

	it.each([
		[
			"details",
			"<details><summary>More about parts</summary>\n\nParts come from **Norway**.\n\n</details>",
			"<strong>Norway</strong>",
		],
		[
			"a div around Markdown",
			"<div class='note'>\nParts come from **Norway**.\n</div>",
			"<strong>Norway</strong>",
		],
		["a table", "<table>\n<tr><td>Parts</td><td>Norway</td></tr>\n</table>", "Parts Norway"],
		["a custom element", "<my-note>Parts come from Norway.</my-note>", "Norway"],
		["a picture", '<img src="x.png" alt="Parts from Norway">', "Norway"],
		["entities", "Parts &amp; more from Norway &lt;3", "&amp; more"],
	])("keeps its content and no tags: %s", (_, source, shown) => {
		const { page, quoted } = readings(source);
		expect(page).toContain(shown);
		for (const reading of [page, quoted]) {
			expect(reading).toContain("Norway");
			expect(reading).not.toMatch(
				/&lt;\/?(details|summary|div|t[dr]|my-note|img)|<\/?(details|summary|div|t[dr]\b|my-note|img)/,
			);
		}
	});

	it("keeps text in angle brackets that is not an HTML element", () => {
		const { page, quoted } = readings("Write <your name> and 3 < 4.");
		expect(page).toContain("&lt;your name&gt; and 3 &lt; 4");
		expect(quoted).toContain("<your name> and 3 < 4.");
	});

	it("never reaches the page as HTML", () => {
		const { page } = readings(
			'<img src=x onerror=alert(1)> <a href="javascript:alert(1)">x</a> <b onclick=a()>y</b>',
		);
		expect(page).toBe("<p> x y</p>\n");
	});
});
