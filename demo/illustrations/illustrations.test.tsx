import { readFileSync } from "node:fs";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { seedProducts } from "#demo/seed/products.ts";
import { ILLUSTRATION_NAMES, Illustration } from "./index.tsx";

it("has an illustration of its own for every product of the demo store", () => {
	const used = seedProducts.map((product) => product.illustration);
	expect(new Set(used).size).toBe(seedProducts.length);
	expect(used.filter((illustration) => !ILLUSTRATION_NAMES.includes(illustration))).toEqual([]);
});

it("shows a neutral room for a product without an illustration", () => {
	const neutral = renderToStaticMarkup(<Illustration name={null} />);
	expect(neutral).toContain("<path");
	expect(renderToStaticMarkup(<Illustration name="constructor" />)).toBe(neutral);
});

it.each(ILLUSTRATION_NAMES)("paints %s only with the colours of the illustrations", (name) => {
	const markup = renderToStaticMarkup(<Illustration name={name} />);
	expect(markup.match(/(fill|stroke)="(?!none)[^"]*"|style="|#[0-9a-f]{3,8}\b/gi)).toBeNull();
});

it("gives every colour of the illustrations a value for dark pages", () => {
	const css = readFileSync(new URL("./colours.css", import.meta.url), "utf8");
	const [light = [], dark = []] = css
		.split("@layer theme")
		.map((part) => [...part.matchAll(/--illustration-[\w-]+(?=: #)/g)].map(([name]) => name));
	expect(light.length).toBeGreaterThan(10);
	expect(dark).toEqual(light);
	const used = ILLUSTRATION_NAMES.flatMap((name) => [
		...renderToStaticMarkup(<Illustration name={name} />).matchAll(
			/\b(?:fill|stroke)-(illustration-[\w-]+)/g,
		),
	]).map(([, name]) => `--${name}`);
	expect([...new Set(used)].filter((name) => !light.includes(name))).toEqual([]);
});
