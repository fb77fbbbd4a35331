import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Theme = Record<string, string>;

const css = readFileSync(new URL("./styles.css", import.meta.url), "utf8");
const light = colours(css.slice(css.indexOf("@theme"), css.indexOf("@layer theme")));
const dark = { ...light, ...colours(css.slice(css.indexOf("@layer theme"), css.indexOf("@layer base"))) };

/** Every pair of text colour and background colour that a component may use. */
const TEXT_ON_GROUND: [text: string, grounds: string[]][] = [
	[
		"ink",
		[
			"surface",
			"surface-raised",
			"surface-sunken",
			"accent-soft",
			"attention-soft",
			"danger-soft",
			"ok-soft",
		],
	],
	["ink-soft", ["surface", "surface-raised", "surface-sunken", "accent-soft"]],
	["accent", ["surface", "surface-raised", "surface-sunken", "accent-soft"]],
	["attention", ["surface", "surface-raised", "attention-soft"]],
	["danger", ["surface", "surface-raised", "danger-soft"]],
	["ok", ["surface", "surface-raised", "ok-soft"]],
	["accent-ink", ["accent"]],
	["attention-ink", ["attention"]],
	["danger-ink", ["danger"]],
	["ok-ink", ["ok"]],
];
/** The colours of borders and icons that must be visible so that a control can be used, with their backgrounds. */
const MARK_ON_GROUND: [mark: string, grounds: string[]][] = [
	["line-strong", ["surface", "surface-raised"]],
	["accent", ["surface", "surface-raised", "accent-soft"]],
	["attention", ["surface", "surface-raised", "attention-soft"]],
];

describe.each([
	["light", light],
	["dark", dark],
])("the %s theme", (_name, theme) => {
	it.each(pairs(TEXT_ON_GROUND))("lets %s be read on %s", (text, ground) => {
		expect(contrast(theme, text, ground)).toBeGreaterThanOrEqual(4.5);
	});

	it.each(pairs(MARK_ON_GROUND))("lets %s be seen on %s", (mark, ground) => {
		expect(contrast(theme, mark, ground)).toBeGreaterThanOrEqual(3);
	});
});

it("gives the dark theme a value of its own for every role", () => {
	const own = colours(css.slice(css.indexOf("@layer theme"), css.indexOf("@layer base")));
	expect(Object.keys(own).sort()).toEqual(Object.keys(light).sort());
});

function colours(block: string): Theme {
	return Object.fromEntries(
		[...block.matchAll(/--color-([a-z-]+):\s*(#[0-9a-f]{6,8});/gi)].map(([, name, value]) => [name, value]),
	);
}

function pairs(table: [string, string[]][]): [string, string][] {
	return table.flatMap(([text, grounds]) => grounds.map((ground): [string, string] => [text, ground]));
}

/** Contrast ratio of two colours as defined in WCAG 2.2, from 1 to 21. */
function contrast(theme: Theme, one: string, other: string): number {
	const [darker = 0, lighter = 0] = [luminance(theme, one), luminance(theme, other)].sort((a, b) => a - b);
	return (lighter + 0.05) / (darker + 0.05);
}

/** Relative luminance of a colour as defined in WCAG 2.2, from 0 to 1. */
function luminance(theme: Theme, role: string): number {
	const value = theme[role];
	if (!value) throw new Error(`styles.css has no --color-${role}.`);
	const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
		const channel = Number.parseInt(value.slice(at, at + 2), 16) / 255;
		return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
