import { z } from "zod/v4";
import { canonicalEmail } from "#app/models/email/address.server.ts";
import { trimInvisible } from "#app/text/visible-text.ts";

/** The largest amount of money that the tables can hold, in cents (32-bit integer). */
const LARGEST_CENTS = 2_147_483_647;

/** Makes a schema of a field that a function parses. The function throws an InvalidValue that describes the fault. */
const parsedBy = <Value>(reader: (value: unknown) => Value) =>
	z.unknown().transform((value, context): Value => {
		try {
			if (value === undefined) throw new InvalidValue("is missing");
			return reader(value);
		} catch (error) {
			if (!(error instanceof InvalidValue)) throw error;
			context.addIssue({ code: "custom", message: error.message });
			return z.NEVER;
		}
	});
/** Makes a schema like `parsedBy`, for an optional field. */
const parsedIfGivenBy = <Value>(reader: (value: unknown) => Value) =>
	parsedBy((value) => reader(value)).optional();

class InvalidValue extends Error {}

/** Describes a value for messages: "a number (1764237600)". */
function describeValue(value: unknown): string {
	if (Array.isArray(value)) return "a list";
	if (typeof value === "string") return `the text ${JSON.stringify(shorten(value))}`;
	if (typeof value === "number") return `the number ${value}`;
	return typeof value === "object" ? "an object" : String(value);
}
const shorten = (textField: string) => (textField.length > 40 ? `${textField.slice(0, 40)}…` : textField);

/** Parses a decimal amount of money into whole cents. More than two decimals are a fault and are not rounded. */
function readCents(value: unknown): number {
	const amount = typeof value === "string" && /^\d{1,10}(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
	if (typeof amount !== "number")
		throw new InvalidValue(`must be a number such as 19.99, not ${describeValue(value)}`);
	const exact = amount * 100;
	const whole = Math.round(exact);
	if (amount < 0) throw new InvalidValue("must not be negative");
	if (Math.abs(exact - whole) > 1e-4) throw new InvalidValue("must have at most two decimals");
	if (whole > LARGEST_CENTS) throw new InvalidValue("is too large");
	return whole;
}

function readCount(value: unknown): number {
	const count = typeof value === "string" && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
	if (typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > LARGEST_CENTS) {
		throw new InvalidValue(`must be a whole number, not ${describeValue(value)}`);
	}
	return count;
}

function readYesNo(value: unknown): boolean {
	if (value === true || value === "true") return true;
	if (value === false || value === "false") return false;
	throw new InvalidValue(`must be true or false, not ${describeValue(value)}`);
}

/** Parses a text. Numbers are accepted as text, because many stores use numeric product ids and postcodes. */
function readText(value: unknown): string {
	if (typeof value === "number" && Number.isFinite(value)) return String(value);
	if (typeof value !== "string") throw new InvalidValue(`must be text, not ${describeValue(value)}`);
	// Postgres can store neither NUL nor unpaired surrogates, and would fail in the middle of the import.
	if (value.includes("\u0000")) throw new InvalidValue("must not contain a NUL character");
	if (!value.isWellFormed()) throw new InvalidValue("must not contain half a character (a lone surrogate)");
	return trimInvisible(value);
}

/** Parses the value of a product's option or detail: text, a number or a boolean. */
const readValue = (value: unknown): string => (typeof value === "boolean" ? String(value) : readText(value));

function readEmail(value: unknown): string {
	const address = typeof value === "string" ? canonicalEmail(value) : null;
	if (address === null) throw new InvalidValue(`must be an email address, not ${describeValue(value)}`);
	return address;
}

/**
 * First and last year of an accepted date. Other years are placeholders that programs write into exported files for a
 * missing date: 1970, 1899, 0001, 9999.
 */
const FIRST_YEAR = 1990;
const LAST_YEAR = 2099;

const isoDay = z.iso.date();
const isoTime = z.iso.datetime({ offset: true, local: true });

/**
 * Parses a time in ISO 8601 or SQL format: "2026-03-14", "2026-03-14T10:00:00Z", "2026-03-14 10:00:00+02". A time
 * without a zone is UTC. Numbers are refused, because they may be seconds or milliseconds.
 */
function readMoment(value: unknown): Date {
	const written = typeof value === "string" ? value.trim() : "";
	// SQL writes a space instead of the T, and a time zone of hours only.
	const iso = written
		.replace(/^(\d{4}-\d\d-\d\d) (\d\d:)/, "$1T$2")
		.replace(/ ?(?:UTC|z)$/, "Z")
		.replace(
			/(:\d\d(?:\.\d+)?) ?([+-]\d\d)(?::?(\d\d))?$/,
			(_, time, hours, minutes = "00") => `${time}${hours}:${minutes}`,
		);
	const isDay = isoDay.safeParse(iso).success;
	if (!isDay && !isoTime.safeParse(iso).success) {
		throw new InvalidValue(
			`must be a date such as 2026-03-14 or a time such as 2026-03-14T10:00:00Z, not ${describeValue(value)}`,
		);
	}
	const moment = new Date(isDay ? `${iso}T00:00:00Z` : /(?:Z|[+-]\d\d:\d\d)$/.test(iso) ? iso : `${iso}Z`);
	if (Number.isNaN(moment.getTime())) throw new InvalidValue(`must be a date, not ${describeValue(value)}`);
	checkYear(moment.getUTCFullYear(), value);
	return moment;
}

/** Parses a day such as 2026-03-14. Of a date with a time, the day is taken as written. */
function readDay(value: unknown): string {
	if (typeof value === "string" && isoDay.safeParse(value.trim()).success) {
		checkYear(Number(value.trim().slice(0, 4)), value);
		return value.trim();
	}
	if (typeof value !== "string")
		throw new InvalidValue(`must be a day such as 2026-03-14, not ${describeValue(value)}`);
	readMoment(value);
	return value.trim().slice(0, 10);
}

function checkYear(year: number, value: unknown): void {
	if (year >= FIRST_YEAR && year <= LAST_YEAR) return;
	throw new InvalidValue(
		`must be a day between ${FIRST_YEAR} and ${LAST_YEAR}, not ${describeValue(value)}; write null where there is none`,
	);
}

/** Parses a customer's name: first and last name, one of them, or one text; undefined when all are missing. */
function readName(value: unknown): string | undefined {
	if (typeof value === "string") return readText(value);
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw new InvalidValue(`must be an object with first_name and last_name, not ${describeValue(value)}`);
	}
	const { first_name: first, last_name: last } = value as Record<string, unknown>;
	const parts = [first, last].filter((part) => part !== undefined).map(readText);
	return parts.length > 0 ? parts.join(" ") : undefined;
}

const text = parsedBy(readText);
const optionalText = parsedIfGivenBy(readText);
/** Schema of an object of texts; a missing object becomes an empty one. */
const textValues = z
	.record(z.string(), parsedBy(readValue))
	.optional()
	.transform((given) => given ?? {});
/** Schema of a list; a missing list becomes an empty one. */
const optionalList = <Schema extends z.ZodType>(schema: Schema) =>
	z
		.array(schema)
		.optional()
		.transform((given) => given ?? []);

const addressSchema = z.object({
	address1: optionalText,
	address2: optionalText,
	city: optionalText,
	country: optionalText,
	state: optionalText,
	zip: optionalText,
});

export const productSchema = z.object({
	name: text,
	product_id: text,
	category: optionalText,
	description: optionalText,
	details: textValues,
	variants: z
		.record(
			z.string(),
			z
				.object({
					item_id: text,
					options: textValues,
					available: parsedIfGivenBy(readYesNo),
					price: parsedBy(readCents),
					stock: parsedIfGivenBy(readCount),
				})
				.refine((variant) => variant.available !== undefined || variant.stock !== undefined, {
					path: ["available"],
					message: "is missing, and there is no stock to tell it by",
				}),
		)
		.optional()
		.transform((given) => given ?? {}),
});

export const userSchema = z.object({
	name: parsedIfGivenBy(readName),
	email: parsedIfGivenBy(readEmail),
	address: addressSchema.optional(),
});

export const orderSchema = z.object({
	order_id: text.refine((id) => /^#?W\d{5,9}$/i.test(id), "must look like #W1234567"),
	user_id: text,
	address: addressSchema.optional(),
	items: z.array(
		z.object({
			name: text,
			product_id: optionalText,
			item_id: optionalText,
			price: parsedBy(readCents),
			quantity: parsedIfGivenBy((value) => {
				const count = readCount(value);
				if (count < 1) throw new InvalidValue("must be at least 1");
				return count;
			}),
			options: textValues,
		}),
	),
	fulfillments: optionalList(z.object({ tracking_id: optionalList(text), item_ids: optionalList(text) })),
	status: text,
	payment_history: optionalList(
		z.object({
			transaction_type: optionalText,
			amount: parsedIfGivenBy(readCents),
			payment_method_id: optionalText,
		}),
	),
	placed_at: parsedIfGivenBy(readMoment),
	expected_on: parsedIfGivenBy(readDay),
	delivered_at: parsedIfGivenBy(readMoment),
});

const EXPECTED_TYPE_NAMES: Record<string, string> = {
	object: "an object",
	record: "an object",
	array: "a list",
};

/** The message for an imported value whose type does not match its schema. */
export function typeFaultText(issue: {
	code?: string;
	expected?: unknown;
	input?: unknown;
}): string | undefined {
	if (issue.code !== "invalid_type") return undefined;
	if (issue.input === undefined) return "is missing";
	return `must be ${EXPECTED_TYPE_NAMES[String(issue.expected)] ?? String(issue.expected)}, not ${describeValue(issue.input)}`;
}
