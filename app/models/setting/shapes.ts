import { z } from "zod/v4";
import { businessHours } from "./business-hours.ts";

/** Setting: when the assistant hands a session to an agent. */
const escalationSchema = z.object({
	/** Escalate when a customer mentions a lawyer, a court or a complaint to the authorities. */
	legal: z.boolean().default(true),
	/** Escalate when somebody was hurt, or a product burns, sparks or breaks dangerously. */
	safety: z.boolean().default(true),
	/** Escalate a refund of an order whose total is above this amount, in the store's currency; null: never. */
	refundOver: z.number().min(0).nullable().default(500),
	/**
	 * The owner's own topics for an escalation. A topic matches when the question has any of its words, as a whole word in
	 * any case.
	 */
	topics: z
		.array(z.object({ name: z.string().min(1).max(60), words: z.array(z.string().min(2).max(80)).min(1) }))
		.default([]),
	/**
	 * Number of questions in a row that the assistant may fail to answer before it escalates. After earlier failures it
	 * only offers a person.
	 */
	missesBeforePerson: z.number().int().min(1).max(5).default(2),
});

/** Setting: limits for the assistant. Beyond them an agent takes its place. */
const assistantCapsSchema = z.object({
	answersPerSession: z.number().int().min(1).default(40),
	secondsPerAnswer: z.number().int().min(5).max(90).default(90),
	/** Maximum cost of model calls in one session, in dollars; null: no limit. */
	dollarsPerSession: z.number().min(0).nullable().default(0.5),
	/** Maximum cost of model calls a day, in dollars; null: no limit. The variable AI_DAILY_BUDGET has precedence. */
	dollarsPerDay: z.number().min(0).nullable().default(null),
});

/** Setting: how long customers may wait for an agent. */
const queueSchema = z.object({
	/** Minutes within which an agent should take a queued session. */
	answerWithinMinutes: z.number().int().min(1).max(1_440).default(10),
	/** Minutes that a customer waits for an answer of an agent who is away, before the session returns to the queue. */
	agentAwayMinutes: z.number().int().min(1).max(240).default(5),
	/** Minutes that a customer waits for an answer of an agent who is present, before the session returns to the queue. */
	agentSilentMinutes: z.number().int().min(1).max(1_440).default(15),
});

const priceSchema = z.object({
	/** Price of a million input tokens of a model, in dollars. */
	input: z.number().min(0),
	/** Price of a million output tokens of a model, in dollars. */
	output: z.number().min(0),
});
export type Price = z.infer<typeof priceSchema>;

/**
 * Default prices of model calls by the beginning of a model's name; the longest match counts. `*` is for every other
 * model and is high, so that a missing price stops spending early rather than late. The prices are not copied from a
 * provider's list: set `ai_prices` from yours.
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
	.record(z.string().min(1), priceSchema)
	.default({})
	.transform((own): Record<string, Price> => ({ ...DEFAULT_PRICES, ...own }));

/**
 * Schema of an owner's text for the prompt. The text has a maximum length because it is sent with every question, and
 * it must not contain the marks that separate data from instructions.
 */
const promptText = (mostCharacters: number) =>
	z
		.string()
		.trim()
		.max(mostCharacters)
		.refine((text) => !/<\/?data\b/i.test(text), "may not contain the mark <data>")
		.refine((text) => !/[^\P{Cc}\n\r\t]/u.test(text), "may not contain control characters")
		.default("");

export const SETTING_SCHEMAS = {
	business_hours: businessHours,
	escalation: escalationSchema,
	assistant_caps: assistantCapsSchema,
	queue: queueSchema,
	ai_prices: aiPrices,
	/** Days after delivery in which a return of an order may be requested. */
	return_days: z.number().int().min(1).default(30),
	/** Language that agents read and write, as a language tag. Messages in other languages are translated into it. */
	agent_language: z
		.string()
		.regex(/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/)
		.default("en"),
	/** The owner's description of the store for the prompt; empty: none. */
	company_context: promptText(8_000),
	/** The assistant's tone for the prompt; empty: the default of app/ai/prompt/defaults.ts. */
	assistant_tone: promptText(1_000),
	/** The owner's rules for the prompt. The safety rules come after them and have precedence. */
	assistant_rules: promptText(4_000),
} as const;

export type SettingKey = keyof typeof SETTING_SCHEMAS;
export type SettingValue<Key extends SettingKey> = z.output<(typeof SETTING_SCHEMAS)[Key]>;

export const SETTING_KEYS = Object.keys(SETTING_SCHEMAS) as SettingKey[];

/** Parses a stored setting and fills in defaults. Returns only defaults when the setting does not match its schema. */
export function parseSetting<Key extends SettingKey>(key: Key, stored: unknown): SettingValue<Key> {
	const empty = SETTING_SCHEMAS[key].safeParse(undefined).success ? undefined : {};
	const parsed = SETTING_SCHEMAS[key].safeParse(stored ?? empty);
	return (parsed.success ? parsed.data : SETTING_SCHEMAS[key].parse(empty)) as SettingValue<Key>;
}
