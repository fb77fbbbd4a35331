import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import { signIdentity } from "#app/auth/identity.server.ts";
import { type CustomerIdentity, signCustomerToken } from "#app/auth/token.server.ts";
import { createAgent } from "#app/models/agent/agent.server.ts";
import { createApiKey } from "#app/models/api-key/api-key.server.ts";
import { ensureCustomer } from "#app/models/customer/customer.server.ts";
import { action as login } from "#app/routes/admin/login.tsx";
import { call, form, type Sender } from "./request.ts";

/** A customer as a browser sees itself (`cookie`) and as an API client (`bearer`). */
export type TestCustomer = { identity: CustomerIdentity; token: string; bearer: Sender; cookie: Sender };

/** Creates an anonymous visitor for a test. */
export const asVisitor = (visitorId: string = randomUUID()): Promise<TestCustomer> =>
	asIdentity({ visitorId, customerId: null });

/** Creates a customer that the shop has identified; a new customer unless an id is given. */
export async function asCustomer(
	customerId = `customer_${randomUUID().slice(0, 8)}`,
): Promise<TestCustomer & { customerId: string }> {
	await ensureCustomer(customerId);
	return { ...(await asIdentity({ visitorId: randomUUID(), customerId })), customerId };
}

async function asIdentity(identity: CustomerIdentity): Promise<TestCustomer> {
	const token = await signCustomerToken(identity);
	return { identity, token, bearer: withBearer(token), cookie: { headers: { Cookie: cookieOf(token) } } };
}

export const withBearer = (token: string): Sender => ({ headers: { Authorization: `Bearer ${token}` } });

/** Encodes a cookie as the app sets it: a JSON string in base64, then percent-encoded. */
const cookieOf = (token: string) =>
	`mevi_customer=${encodeURIComponent(Buffer.from(JSON.stringify(token)).toString("base64"))}`;

export type TestAgent = Sender & { agentId: string; name: string; email: string; password: string };

/** Creates an agent who has signed in on the login page. */
export async function asAgent(name: string): Promise<TestAgent> {
	const email = `${name.toLowerCase().replace(/\W+/g, ".")}.${randomUUID().slice(0, 6)}@store.test`;
	const password = `pass-${randomUUID()}`;
	const { agentId } = await createAgent({ email, name, password });
	const response = await call(login, form("/admin/login", { email, password }));
	if (response.status !== 302) throw new Error(`The login answered ${response.status}.`);
	return { agentId, name, email, password, headers: { Cookie: cookiesFrom(response) } };
}

/** The cookies of a response, in the form in which a browser sends them back. */
export const cookiesFrom = (response: Response): string =>
	response.headers
		.getSetCookie()
		.map((cookie) => cookie.split(";")[0])
		.join("; ");

/** Creates an API key, as a program uses it. */
export async function apiKey(name = "Order system"): Promise<Sender & { key: string; name: string }> {
	const { key } = await createApiKey({ name });
	return { key, name, ...withBearer(key) };
}

/** Signs a customer's identity token, as the shop does. */
export const signIdentityToken = signIdentity;

/** Makes forged identity tokens for a customer, each with one error. */
export async function forgedTokens(claims: Record<string, string>, secret: string, audience?: string) {
	const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
	const inAnHour = Math.floor(Date.now() / 1000) + 3600;
	const make = (alg: string, key: string, exp: number | null) => {
		const jwt = new SignJWT(claims).setProtectedHeader({ alg });
		if (exp !== null) jwt.setExpirationTime(exp);
		if (audience) jwt.setAudience(audience);
		return jwt.sign(new TextEncoder().encode(key));
	};
	const unsigned = encode({ ...claims, exp: inAnHour, ...(audience ? { aud: audience } : {}) });
	const good = await make("HS256", secret, inAnHour);
	const [header = "", , signature = ""] = good.split(".");
	return {
		"signed with another secret": await make("HS256", "x".repeat(64), inAnHour),
		"signed with an empty-looking secret": await make("HS256", " ".repeat(32), inAnHour),
		expired: await make("HS256", secret, inAnHour - 7200),
		"without expiry": await make("HS256", secret, null),
		"of another algorithm": await make("HS512", secret.repeat(2), inAnHour),
		"of another algorithm with our secret": await make("HS512", secret, inAnHour),
		"of algorithm none": `${encode({ alg: "none", typ: "JWT" })}.${unsigned}.`,
		"of algorithm None": `${encode({ alg: "None" })}.${unsigned}.${signature}`,
		"changed after signing": `${header}.${encode({ ...claims, exp: inAnHour + 1 })}.${signature}`,
		"cut short": good.slice(0, -2),
		"of two parts": `${header}.${unsigned}`,
		"made of dots": "...",
		"no token": "letmein",
	};
}
