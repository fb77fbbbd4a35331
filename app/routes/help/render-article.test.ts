import { expect, it } from "vitest";
import { splitIntoPassages } from "#app/models/article/passages.ts";
import { renderArticle } from "./render-article.server.ts";

const BODY = `Before any heading.

## Rocket *boots* & \`v2\`

They fly.

## Twice

One.

### Deeper

Three.

## Twice

Two.
`;

it("gives every heading the id that its passages refer to", () => {
	const { html } = renderArticle(BODY);
	const cited = splitIntoPassages({ title: "Boots", body: BODY }).flatMap((passage) => passage.anchor ?? []);
	expect(cited).toHaveLength(4);
	for (const anchor of cited) expect(html).toContain(` id="${anchor}"`);
});

it("lists second-level headings only", () => {
	expect(renderArticle(BODY).headings.map((heading) => heading.text)).toEqual([
		"Rocket boots & v2",
		"Twice",
		"Twice",
	]);
});

it("shows HTML as text and refuses links that run scripts", () => {
	const { html } = renderArticle("<img src=x onerror=alert(1)>\n\n[press](javascript:alert(1))\n");
	expect(html).not.toContain("<img");
	expect(html).not.toContain("href");
});

it("keeps the page's own title the only first-level heading", () => {
	expect(renderArticle("# Loud\n\nText.").html).toContain('<h2 id="loud">Loud</h2>');
});
