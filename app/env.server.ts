import { existsSync } from "node:fs";
import { isIP, isIPv6 } from "node:net";
import { resolve } from "node:path";
import { z } from "zod/v4";

/**
 * The only reader of `process.env` (held by tests/architecture.test.ts). Everything has a default that
 * works on a fresh clone; `.env.example` lists each variable with its meaning.
 */

// remix-serve does not read .env, and every script must behave alike.
if (existsSync(".env")) process.loadEnvFile(".env");

const unlessEmpty = (value: unknown) => (value === "" ? undefined : value);
const optionalText = z.preprocess(unlessEmpty, z.string().optional());
const isPort = (value: unknown) => /^\d+$/.test(String(value)) && Number(value) <= 65_535;
const port = (fallback: number) =>
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

const networks = z
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

const schema = z.object({
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
	PORT: port(3000),
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
	/** For classification, summaries and translation; unset: OPENAI_MODEL. */
	OPENAI_SMALL_MODEL: optionalText,
	/** With it, articles are also found by meaning; the endpoint is OPENAI_BASE_URL's. */
	OPENAI_EMBEDDING_MODEL: optionalText,
	/** Dollars a day for model calls; at the limit conversations go to people. */
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
	 * The shop's own sign-in page, for customers the assistant cannot answer before they sign in. `{return}` in it is
	 * replaced by the encoded address of the chat, where the shop sends them back. Unset: no sign-in is offered there.
	 */
	SIGN_IN_URL: optionalText.refine((value) => value === undefined || /^https?:\/\//.test(value), {
		message: "must start with https:// or http://",
	}),
	/** How e-mail leaves: smtp://user:password@host:587. Unset: no e-mail is offered. */
	SMTP_URL: optionalText.refine((value) => value === undefined || /^smtps?:\/\//.test(value), {
		message: "must start with smtp:// or smtps://",
	}),
	/** Sender of e-mail; unset: support@ the host of PUBLIC_URL. */
	MAIL_FROM: optionalText,
	/** What carries hints between processes: unset is Postgres; redis:// or nats:// is that server. */
	BUS_URL: optionalText.refine((value) => value === undefined || /^(rediss?|nats|tls):\/\//.test(value), {
		message: "must start with redis://, rediss://, nats:// or tls://",
	}),
	DEMO_AGENT_PASSWORD: optionalText.refine((value) => value === undefined || value.length >= 8, {
		message: "must have at least 8 characters",
	}),
	/** Networks of reverse proxies on other machines, as 10.0.0.0/8,fd00::/8. */
	TRUSTED_PROXIES: networks,
	RATE_LIMITS: onOff,
	ASSISTANT: onOff,
	/** off: streams go through Remix's responses, as they would on a server that is not Node's. */
	STREAM_LANE: onOff,
	/** Set by `start` for the server processes on the embedded database: allows the demo's "sign in as". */
	MEVI_EMBEDDED: z.preprocess((value) => value === "yes", z.boolean()),
	/** Set by npm for its scripts: the command then ends when npm does. */
	npm_lifecycle_event: optionalText,
});

export type Env = z.infer<typeof schema>;

/** Thrown when a variable cannot be used; the message lists every problem, one a line, with its cure. */
export class EnvironmentError extends Error {}

/**
 * Reads and checks the environment.
 * @throws EnvironmentError naming each bad variable and what it should look like.
 */
export function readEnv(source: NodeJS.ProcessEnv = process.env): Env {
	const parsed = schema.safeParse(source);
	if (parsed.success) return parsed.data;
	const problems = parsed.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
	throw new EnvironmentError(`The environment needs a correction: ${problems.join("; ")}.`);
}

let cached: Env | undefined;

/** The environment of this process, read once at first use (tests and commands may set it before that). */
export function env(): Env {
	cached ??= readEnv();
	return cached;
}

/** Sets variables for this process and the ones it starts, and forgets what was read before. */
export function setEnv(values: Record<string, string>): void {
	Object.assign(process.env, values);
	cached = undefined;
}

/** A copy of the raw environment to hand to a child process. */
export function childEnv(values: Record<string, string>): NodeJS.ProcessEnv {
	return { ...process.env, ...values };
}
