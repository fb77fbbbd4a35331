import { env } from "#app/env.server.ts";
import type { Bus } from "./bus.ts";
import { createNatsBus } from "./nats.server.ts";
import { createPostgresBus } from "./postgres.server.ts";
import { createRedisBus } from "./redis.server.ts";

/** The bus that BUS_URL names; Postgres, which is there in any case, when it names none. */
export function chooseBus(url: string | undefined = env().BUS_URL): Bus {
	if (!url) return createPostgresBus();
	return /^rediss?:/.test(url) ? createRedisBus(url) : createNatsBus(url);
}
