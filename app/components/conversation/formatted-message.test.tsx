import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { FormattedMessage } from "./formatted-message.tsx";

const renderMessage = (text: string, options: { isMarkdown?: boolean; isUnfinished?: boolean } = {}) =>
	renderToStaticMarkup(
		<FormattedMessage text={text} isMarkdown={options.isMarkdown ?? true} {...options} />,
	).replace(/ class="[^"]*"/g, "");

describe("a message on the page", () => {
	it("shows Markdown as formatting", () => {
		expect(renderMessage("Take **30 days**, `W1`:\n\n1. a\n2. b\n\n### Note\n* c")).toBe(
			'<p>Take <strong>30 days</strong>, <code>W1</code>:</p><ol start="1"><li><span aria-hidden="true">1.</span><span>a</span></li><li><span aria-hidden="true">2.</span><span>b</span></li></ol><p>Note</p><ul><li><span aria-hidden="true">•</span><span>c</span></li></ul>',
		);
	});

	it("has links without a referrer that open in a new tab", () => {
		const link =
			'<a href="https://a.example/x" target="_blank" rel="noopener nofollow ugc">https://a.example/x</a>';
		expect(renderMessage("See https://a.example/x.")).toBe(`See ${link}.`);
		expect(renderMessage("**See** https://a.example/x.", { isMarkdown: false })).toBe(`**See** ${link}.`);
	});

	it("contains no HTML and no images from its text", () => {
		expect(
			renderMessage("<img src=x onerror=alert(1)> ![p](https://evil.example/p.png) [x](javascript:alert(1))"),
		).toBe("&lt;img src=x onerror=alert(1)&gt; p [x](javascript:alert(1))");
	});

	it("is formatted while it streams", () => {
		expect(renderMessage("Take **30 da", { isUnfinished: true })).toBe("Take <strong>30 da</strong>");
		expect(renderMessage("Take **", { isUnfinished: true })).toBe("Take");
	});
});
