import { existsSync } from "node:fs";
import { isIP, isIPv6 } from "node:net";
import { resolve } from "node:path";
import { z } from "zod/v4";

/**
 * Only this module reads `process.env` (tests/architecture.test.ts checks that). Every variable has a default that
 * works in a fresh clone; `.env.example` explains each variable.
 */

// The .env file is loaded here, because remix-serve does not read .env, but all commands must use equal settings.
if (existsSync(".env")) process.loadEnvFile(".env");

const unlessEmpty = (value: unknown) => (value === "" ? undefined : value);
const optionalText = z.preprocess(unlessEmpty, z.string().optional());
const isPort = (value: unknown) => /^\d+$/.test(String(value)) && Number(value) <= 65_535;
const portNumber = (fallback: number) =>
	z.preprocess(
		unlessEmpty,
		z
			.any()
			.default(fallback)
			.refine(isPort, { message: "must be a number from 0 to 65535" })
			.transform(Number),
	);
const onOff = z.preprocess(unlessEmpty, z.enum(["on", "off"], { error: "must be on or off" }).default("on"));
const isPostgresUrl = (value: string) => /^postgres(ql)?:\/\//.test(value);

const networkListSchema = z
	.string()
	.default("")
	.transform((text) =>
		text
			.split(",")
			.map((item) => item.trim())
			.filter(Boolean),
	)
	.transform((items, context) =>
		items.map((item) => {
			const [address = "", bits = isIPv6(address) ? "128" : "32"] = item.split("/");
			const most = isIPv6(address) ? 128 : 32;
			if (isIP(address) === 0 || !/^\d+$/.test(bits) || Number(bits) > most) {
				context.addIssue({
					code: "custom",
					message: `must list networks such as 10.0.0.0/8; "${item}" is none`,
				});
			}
			return { address, bits: Number(bits) };
		}),
	);

const envSchema = z.object({
	NODE_ENV: z.preprocess(
		unlessEmpty,
		z
			.enum(["development", "production", "test"], { error: "must be development, production or test" })
			.default("production"),
	),
	DATABASE_URL: optionalText.refine((value) => value === undefined || isPostgresUrl(value), {
		message: "must start with postgres:// or postgresql://",
	}),
	LISTEN_DATABASE_URL: optionalText,
	DATA_DIR: z.preprocess((value) => value || ".data", z.string()).transform((value) => resolve(value)),
	PORT: portNumber(3000),
	HOST: optionalText,
	PUBLIC_URL: optionalText.refine((value) => value === undefined || URL.canParse(value), {
		message: "must be a whole address such as https://chat.example.com",
	}),
	APP_SECRET: optionalText.refine((value) => value === undefined || value.length >= 32, {
		message: "must have at least 32 characters; `openssl rand -hex 32` makes a good one",
	}),
	CUSTOMER_IDENTITY_SECRET: optionalText.refine((value) => value === undefined || value.length >= 32, {
		message: "must have at least 32 characters; `openssl rand -hex 32` makes a good one",
	}),
	OPENAI_API_KEY: optionalText,
	OPENAI_BASE_URL: optionalText,
	OPENAI_MODEL: z.preprocess((value) => value || "gpt-4o-mini", z.string()),
	/** Name of the model for classification, summaries and translation; when unset, OPENAI_MODEL is used. */
	OPENAI_SMALL_MODEL: optionalText,
	/** Name of the model for embeddings, at OPENAI_BASE_URL; when unset, articles are found by terms only. */
	OPENAI_EMBEDDING_MODEL: optionalText,
	/** Maximum cost of model calls in a day, in dollars; when it is reached, sessions go to agents. */
	AI_DAILY_BUDGET: z.preprocess(
		unlessEmpty,
		z
			.any()
			.optional()
			.refine((value) => value === undefined || /^\d+(\.\d+)?$/.test(String(value)), {
				message: "must be an amount in dollars such as 20 or 7.50",
			})
			.transform((value) => (value === undefined ? undefined : Number(value))),
	),
	/**
	 * URL of the store's own sign-in page, for questions that need a signed-in customer. `{return}` in the URL is
	 * replaced by the encoded URL of the chat, to which the store returns the customer. When unset, no sign-in is
	 * offered.
	 */
	SIGN_IN_URL: optionalText.refine((value) => value === undefined || /^https?:\/\//.test(value), {
		message: "must start with https:// or http://",
	}),
	/** SMTP server for email, such as smtp://user:password@host:587. When unset, no email is sent or offered. */
	SMTP_URL: optionalText.refine((value) => value === undefined || /^smtps?:\/\//.test(value), {
		message: "must start with smtp:// or smtps://",
	}),
	/** Sender address of email; when unset, support@ followed by the host of PUBLIC_URL. */
	MAIL_FROM: optionalText,
	/**
	 * URL of the broker that carries wake-ups between processes (redis:// or nats://); when unset, Postgres carries them.
	 */
	BUS_URL: optionalText.refine((value) => value === undefined || /^(rediss?|nats|tls):\/\//.test(value), {
		message: "must start with redis://, rediss://, nats:// or tls://",
	}),
	DEMO_AGENT_PASSWORD: optionalText.refine((value) => value === undefined || value.length >= 8, {
		message: "must have at least 8 characters",
	}),
	/** Networks in which reverse proxies on other machines run, such as 10.0.0.0/8,fd00::/8. */
	TRUSTED_PROXIES: networkListSchema,
	RATE_LIMITS: onOff,
	ASSISTANT: onOff,
	/** `off`: event streams use Remix's responses instead of the raw handler. */
	STREAM_LANE: onOff,
	/**
	 * Set by `npm start` for server processes on the embedded database; allows the demo's page "Sign in as", which needs
	 * no password.
	 */
	MEVI_EMBEDDED: z.preprocess((value) => value === "yes", z.boolean()),
	/** Set by npm for the scripts that it runs; a command under npm ends when npm ends. */
	npm_lifecycle_event: optionalText,
});

export type Env = z.infer<typeof envSchema>;

/** An environment variable cannot be used. The message lists every problem in a line, with its solution. */
export class EnvironmentError extends Error {}

/**
 * Reads and checks the environment variables. @throws EnvironmentError that names each invalid variable and its
 * format.
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
	const parsed = envSchema.safeParse(source);
	if (parsed.success) return parsed.data;
	const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
	throw new EnvironmentError(`The environment needs a correction: ${problems.join("; ")}.`);
}

let cached: Env | undefined;

/** The settings of this process, read at the first use, because tests and commands may set variables before. */
export function env(): Env {
	cached ??= readEnv();
	return cached;
}

/** Sets environment variables for this process and its child processes, and discards the cached settings. */
export function setEnv(values: Record<string, string>): void {
	Object.assign(process.env, values);
	cached = undefined;
}

/** A copy of the environment variables for a child process. */
export function childEnv(values: Record<string, string>): NodeJS.ProcessEnv {
	return { ...process.env, ...values };
}
