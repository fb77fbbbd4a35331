import { requireBearer } from "#app/auth/actor.server.ts";
import { getAgent } from "#app/auth/agent.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import type { CustomerIdentity } from "#app/models/chat-session/scope.server.ts";
import { DomainError, Unauthorised } from "#app/models/errors.ts";
import type { LoggedEvent } from "#app/realtime/log.server.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";
import type { Gate } from "#app/realtime/stream.server.ts";
import { singleton } from "#app/singleton.server.ts";

/** How long an open stream may outlive the login, the token or the key it was opened with. */
export const RECHECK_MS = 15_000;
const TICK_MS = 1_000;

/** Asks again whether a reader may read. @throws DomainError when not */
export type Recheck = Gate["recheck"];

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

/** Keeps a customer's stream to whom the conversation belongs, and to a token that has not been signed out. */
export function customerGate(sessionId: string, identity: CustomerIdentity): Gate {
	const actor = { type: "customer", identity } as const;
	return {
		recheck: () => requireSessionId(sessionId, actor),
		admits: (event) => !isAboutSession(event) || mayOwn(identity, JSON.parse(event.json).session.userId),
	};
}

const isAboutSession = ({ type }: LoggedEvent) => type === "session-updated" || type === "chat-ended";
const mayOwn = (identity: CustomerIdentity, userId: string | null) =>
	userId === null || userId === identity.customerId;

/** Of a request only what is asked again is kept for as long as the stream is open. */
const onlyWith = (request: Request, header: string): Request =>
	new Request(request.url, { headers: { [header]: request.headers.get(header) ?? "" } });

type Entry = { sink: Sink; recheck: Recheck; ticksLeft: number };

/** Every open stream of this process on one clock, so that those who are due together are one statement. */
const register = singleton("rechecks", () => ({
	entries: new Set<Entry>(),
	timer: null as NodeJS.Timeout | null,
}));

/** Closes a stream within RECHECK_MS once its reader may not read any more. A database that is away is no such verdict. */
export function closeWhenRefused(sink: Sink, recheck: Recheck): void {
	const entry = { sink, recheck, ticksLeft: RECHECK_MS / TICK_MS };
	register.entries.add(entry);
	sink.onClose(() => {
		register.entries.delete(entry);
		if (register.entries.size > 0 || !register.timer) return;
		clearInterval(register.timer);
		register.timer = null;
	});
	if (register.timer || register.entries.size === 0) return;
	register.timer = setInterval(recheckDue, TICK_MS);
	register.timer.unref();
}

function recheckDue(): void {
	for (const entry of register.entries) {
		entry.ticksLeft -= 1;
		if (entry.ticksLeft > 0) continue;
		entry.ticksLeft = RECHECK_MS / TICK_MS;
		entry.recheck().catch((error: unknown) => {
			if (error instanceof DomainError) entry.sink.close();
		});
	}
}
