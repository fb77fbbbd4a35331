import { afterEach, expect, it, vi } from "vitest";
import { setEnv } from "#app/env.server.ts";
import { readCustomerToken, signCustomerToken } from "./token.server.ts";

const identity = { visitorId: "6c1b1a52-9d0d-4a52-8f2b-2d7c3c1f3f10", customerId: "customer_1" };
const DAY_MS = 24 * 60 * 60 * 1_000;

afterEach(() => void vi.useRealTimers());

it("returns the identity, but not after its expiry and not with another secret", async () => {
	setEnv({ APP_SECRET: "a".repeat(64) });
	const token = await signCustomerToken(identity);
	const read = async (text: string) => (await readCustomerToken(text))?.identity ?? null;
	expect(await read(token)).toEqual(identity);
	expect(await read(`${token.slice(0, -2)}xx`)).toBeNull();
	setEnv({ APP_SECRET: "b".repeat(64) });
	expect(await read(token)).toBeNull();
	setEnv({ APP_SECRET: "a".repeat(64) });
	expect(await read(token)).toEqual(identity);
	vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 366 * DAY_MS });
	expect(await read(token)).toBeNull();
});
