import { env } from "#app/env.server.ts";
import type { Bus } from "./bus.ts";
import { createNatsBus } from "./nats.server.ts";
import { createPostgresBus } from "./postgres.server.ts";
import { createRedisBus } from "./redis.server.ts";

/**
 * Creates the bus for the setting BUS_URL. Without that setting the bus uses Postgres, because the chat always has
 * Postgres.
 */
export function chooseBus(url: string | undefined = env().BUS_URL): Bus {
	if (!url) return createPostgresBus();
	return /^rediss?:/.test(url) ? createRedisBus(url) : createNatsBus(url);
}
