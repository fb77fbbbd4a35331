import { z } from "zod/v4";
import { businessHours } from "./business-hours.ts";

/** What an owner can set, each with its shape and what holds until it is set. */

/** When a conversation leaves the assistant by itself. */
const escalation = z.object({
	/** Words of law: a lawyer, a court, a complaint to the authorities. */
	legal: z.boolean().default(true),
	/** Somebody was hurt, or something burns, sparks or breaks under people. */
	safety: z.boolean().default(true),
	/** Refunds asked for an order whose total is above this, in the store's currency; null: none for that. */
	refundOver: z.number().min(0).nullable().default(500),
	/** Topics of the owner's own: any of the words, whole, in any case. */
	topics: z
		.array(z.object({ name: z.string().min(1).max(60), words: z.array(z.string().min(2).max(80)).min(1) }))
		.default([]),
	/** Answers the assistant may fail to give in a row before a person is called; the ones before offer it. */
	missesBeforePerson: z.number().int().min(1).max(5).default(2),
});

/** What the assistant may use up before a person takes its place. */
const assistantCaps = z.object({
	answersPerSession: z.number().int().min(1).default(40),
	secondsPerAnswer: z.number().int().min(5).max(90).default(90),
	/** Dollars of model calls in one conversation; null: no limit of its own. */
	dollarsPerSession: z.number().min(0).nullable().default(0.5),
	/** Dollars a day of all conversations; AI_DAILY_BUDGET, where set, goes before it. Null: no limit. */
	dollarsPerDay: z.number().min(0).nullable().default(null),
});

/** How long people may let a customer wait. */
const queue = z.object({
	/** Minutes within which somebody should have taken a waiting conversation. */
	answerWithinMinutes: z.number().int().min(1).max(1_440).default(10),
	/** A customer whose agent is gone waits this long for them, then goes back to the queue. */
	agentAwayMinutes: z.number().int().min(1).max(240).default(5),
	/** The same for an agent who is there and does not answer. */
	agentSilentMinutes: z.number().int().min(1).max(1_440).default(15),
});

const price = z.object({
	/** Dollars for a million tokens sent. */
	input: z.number().min(0),
	/** Dollars for a million tokens received. */
	output: z.number().min(0),
});
export type Price = z.infer<typeof price>;

/**
 * Prices by the beginning of a model's name; the longest that fits counts. `*` is for every other model: high on
 * purpose, so that a forgotten price stops early and not late. Written down without a provider's page at hand:
 * set `ai_prices` from yours.
 */
const DEFAULT_PRICES: Record<string, Price> = {
	"*": { input: 2.5, output: 10 },
	"gpt-4o": { input: 2.5, output: 10 },
	"gpt-4o-mini": { input: 0.15, output: 0.6 },
	"gpt-4.1": { input: 2, output: 8 },
	"gpt-4.1-mini": { input: 0.4, output: 1.6 },
	"gpt-4.1-nano": { input: 0.1, output: 0.4 },
	"gpt-5": { input: 1.25, output: 10 },
	"gpt-5-mini": { input: 0.25, output: 2 },
	"gpt-5-nano": { input: 0.05, output: 0.4 },
	o3: { input: 2, output: 8 },
	"o4-mini": { input: 1.1, output: 4.4 },
	"text-embedding-3-small": { input: 0.02, output: 0 },
	"text-embedding-3-large": { input: 0.13, output: 0 },
};

const aiPrices = z
	.record(z.string().min(1), price)
	.default({})
	.transform((own): Record<string, Price> => ({ ...DEFAULT_PRICES, ...own }));

/**
 * Words of the owner's that go into the prompt. They are sent with every question, so they have a length; and they
 * may not look like the marks that set data apart, which would let data pass for words of theirs.
 */
const promptPart = (mostCharacters: number) =>
	z
		.string()
		.trim()
		.max(mostCharacters)
		.refine((text) => !/<\/?data\b/i.test(text), "may not contain the mark <data>")
		.refine((text) => !/[^\P{Cc}\n\r\t]/u.test(text), "may not contain control characters")
		.default("");

export const SETTINGS = {
	business_hours: businessHours,
	escalation,
	assistant_caps: assistantCaps,
	queue,
	ai_prices: aiPrices,
	/** Days after delivery in which a return may be asked for. */
	return_days: z.number().int().min(1).default(30),
	/** What the agents read and write, as a language tag: what is in another language is translated for them. */
	agent_language: z
		.string()
		.regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/)
		.default("en"),
	/** The store in its owner's words; empty: nothing is known. */
	company_context: promptPart(8_000),
	/** How the assistant speaks; empty: as in app/ai/prompt/defaults.ts. */
	assistant_tone: promptPart(1_000),
	/** What the owner asks of it besides; the safety rules stand after it and hold. */
	assistant_rules: promptPart(4_000),
} as const;

export type SettingKey = keyof typeof SETTINGS;
export type SettingValue<Key extends SettingKey> = z.output<(typeof SETTINGS)[Key]>;

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

/** A stored value in its shape, with defaults for what is missing; all defaults when it does not fit. */
export function settingOf<Key extends SettingKey>(key: Key, stored: unknown): SettingValue<Key> {
	const empty = SETTINGS[key].safeParse(undefined).success ? undefined : {};
	const parsed = SETTINGS[key].safeParse(stored ?? empty);
	return (parsed.success ? parsed.data : SETTINGS[key].parse(empty)) as SettingValue<Key>;
}
