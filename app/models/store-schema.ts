import { z } from "zod/v4";

/** The three files of a store's data, in the shape of tau-bench's retail data, with the fields we add optional. */

/** The largest amount the tables hold (a 32-bit count of cents). */
const LARGEST_CENTS = 2_147_483_647;

/** Money as the files write it, a decimal number, in whole cents. More than two decimals are a fault, not rounded. */
const cents = z.number().transform((amount, context) => {
	const exact = amount * 100;
	const whole = Math.round(exact);
	const problem =
		amount < 0
			? "must not be negative"
			: Math.abs(exact - whole) > 1e-4
				? "must have at most two decimals"
				: whole > LARGEST_CENTS
					? "is too large"
					: null;
	if (problem) context.addIssue({ code: "custom", message: problem });
	return whole;
});

const text = z
	.string()
	.trim()
	.min(1, "must not be empty")
	// Postgres cannot store it, and would say so only half-way through the import.
	.refine((value) => !value.includes("\u0000"), "must not contain a NUL character");
const optionsSchema = z.record(z.string(), z.coerce.string());

const addressSchema = z.object({
	address1: text,
	address2: z.string().optional(),
	city: text,
	country: text,
	state: z.string().optional(),
	zip: z.coerce.string(),
});

export const productSchema = z.object({
	name: text,
	product_id: text,
	category: text.optional(),
	description: z.string().optional(),
	details: optionsSchema.optional(),
	variants: z.record(
		z.string(),
		z.object({
			item_id: text,
			options: optionsSchema,
			available: z.boolean(),
			price: cents,
			stock: z.number().int().min(0).optional(),
		}),
	),
});

export const userSchema = z.object({
	name: z.object({ first_name: text, last_name: text }),
	email: z.email("must be an e-mail address"),
	address: addressSchema.optional(),
});

export const orderSchema = z.object({
	order_id: text.regex(/^#?W\d{5,9}$/i, "must look like #W1234567"),
	user_id: text,
	address: addressSchema.optional(),
	items: z.array(
		z.object({
			name: text,
			product_id: text,
			item_id: text,
			price: cents,
			quantity: z.number().int().min(1).optional(),
			options: optionsSchema,
		}),
	),
	fulfillments: z
		.array(z.object({ tracking_id: z.array(z.coerce.string()), item_ids: z.array(z.coerce.string()) }))
		.optional(),
	status: text,
	payment_history: z
		.array(z.object({ transaction_type: text, amount: cents, payment_method_id: text.optional() }))
		.optional(),
	placed_at: z.coerce.date().optional(),
	expected_on: z.iso.date("must be a day such as 2026-03-14").optional(),
	delivered_at: z.coerce.date().optional(),
});
