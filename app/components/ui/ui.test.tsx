import { renderToStaticMarkup } from "react-dom/server";
import { expect, it } from "vitest";
import { initials, Stars, TextField } from "./index.ts";

it.each([
	["Noor Haddad", "NH"],
	["  ana  ", "A"],
	["Jan van der Berg", "JB"],
	["Émile Zola", "ÉZ"],
	["𝒜da Byron", "𝒜B"],
	["", ""],
])("makes the initials of %j", (name, letters) => {
	expect(initials(name)).toBe(letters);
});

it("names the five radios of a rating 1 to 5", () => {
	const markup = renderToStaticMarkup(<Stars legend="How was it?" />);
	expect([...markup.matchAll(/aria-label="(\d)"/g)].map(([, name]) => name)).toEqual([
		"1",
		"2",
		"3",
		"4",
		"5",
	]);
});

it("connects a field with its label, error and hint", () => {
	const markup = renderToStaticMarkup(
		<TextField id="email" label="Email" hint="Where we answer." error="There is no @ in it." />,
	);
	expect(markup).toContain('<label for="email"');
	expect(markup).toContain('aria-describedby="email-error email-hint"');
	expect(markup).toContain('aria-invalid="true"');
	expect(markup).toContain('id="email-error"');
	expect(markup).toContain('id="email-hint"');
});
