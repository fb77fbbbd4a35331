import { z } from "zod/v4";

const addressLine = (name: string) =>
	z
		.string({ error: `Write the ${name}.` })
		.transform((text) => text.toWellFormed().replace(/\s+/g, " ").trim())
		.refine((text) => text !== "" && text.length <= 120 && !/\p{Cc}/u.test(text), {
			error: `Write the ${name}, in at most 120 characters.`,
		});
const optionalAddressLine = (name: string) =>
	z.preprocess(
		(value) => (typeof value === "string" && value.trim() !== "" ? value : undefined),
		addressLine(name).optional(),
	);

/** Schema of the form fields of a postal address. No country's format is assumed. */
export const postalAddress = z.object({
	address1: addressLine("street and number"),
	address2: optionalAddressLine("flat or floor"),
	city: addressLine("town"),
	state: optionalAddressLine("state or region"),
	zip: addressLine("postcode"),
	country: addressLine("country"),
});
