import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { seedProducts } from "#db/seed/products.ts";
import { SCENE_NAMES, Scene } from "./index.tsx";

it("draws every product of the demo store with a scene of its own", () => {
	const used = seedProducts.map((product) => product.scene);
	expect(new Set(used).size).toBe(seedProducts.length);
	expect(used.filter((scene) => !SCENE_NAMES.includes(scene))).toEqual([]);
});

it("shows a neutral room for a product nobody has drawn", () => {
	const neutral = renderToStaticMarkup(<Scene name={null} />);
	expect(neutral).toContain("<path");
	expect(renderToStaticMarkup(<Scene name="constructor" />)).toBe(neutral);
});

it.each(SCENE_NAMES)("paints %s only with colours of the paint box", (name) => {
	const markup = renderToStaticMarkup(<Scene name={name} />);
	expect(markup.match(/(fill|stroke)="(?!none)[^"]*"|style="|#[0-9a-f]{3,8}\b/gi)).toBeNull();
});
