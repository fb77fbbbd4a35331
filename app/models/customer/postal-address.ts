import { z } from "zod/v4";

const line = (name: string) =>
	z
		.string({ error: `Write the ${name}.` })
		.transform((text) => text.toWellFormed().replace(/\s+/g, " ").trim())
		.refine((text) => text !== "" && text.length <= 120 && !/\p{Cc}/u.test(text), {
			error: `Write the ${name}, in at most 120 characters.`,
		});
const optionalLine = (name: string) =>
	z.preprocess(
		(value) => (typeof value === "string" && value.trim() !== "" ? value : undefined),
		line(name).optional(),
	);

/** The form fields of a postal address. No country's format is assumed. */
export const postalAddress = z.object({
	address1: line("street and number"),
	address2: optionalLine("flat or floor"),
	city: line("town"),
	state: optionalLine("state or region"),
	zip: line("postcode"),
	country: line("country"),
});
