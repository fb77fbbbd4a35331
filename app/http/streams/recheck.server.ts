import { requireBearer } from "#app/auth/actor.server.ts";
import { getAgent } from "#app/auth/agent.server.ts";
import { DomainError, Unauthorised } from "#app/models/errors.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";

/** How long an open stream may outlive the login or the key it was opened with. */
export const RECHECK_MS = 15_000;

/** Asks again whether a reader may read. @throws DomainError when not */
export type Recheck = () => Promise<unknown>;

/** Whether the login that a request carries is still the agent's: signed out, taken away or run out, it is not. */
export function agentRecheck(request: Request, agentId: string): Recheck {
	const login = onlyWith(request, "Cookie");
	return async () => {
		if ((await getAgent(login))?.id !== agentId) throw new Unauthorised("Sign in first.");
	};
}

/** Whether the key that a program's request carries is still good. */
export function programRecheck(request: Request): Recheck {
	const key = onlyWith(request, "Authorization");
	return () => requireBearer(key);
}

/** Of a request only what is asked again is kept for as long as the stream is open. */
const onlyWith = (request: Request, header: string): Request =>
	new Request(request.url, { headers: { [header]: request.headers.get(header) ?? "" } });

/** Closes a stream once its reader may not read any more. A database that is away is no such verdict. */
export function closeWhenRefused(sink: Sink, recheck: Recheck): void {
	const timer = setInterval(() => {
		recheck().catch((error: unknown) => {
			if (error instanceof DomainError) sink.close();
		});
	}, RECHECK_MS);
	timer.unref();
	sink.onClose(() => clearInterval(timer));
}
