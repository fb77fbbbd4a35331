import { requireBearer } from "#app/auth/actor.server.ts";
import { getAgent } from "#app/auth/agent.server.ts";
import { logBackgroundFailure } from "#app/background-work.server.ts";
import { requireSessionId } from "#app/models/chat-session/find.server.ts";
import type { CustomerIdentity } from "#app/models/chat-session/scope.server.ts";
import { DomainError, Unauthorised } from "#app/models/errors.ts";
import type { Sink } from "#app/realtime/sink/sink.ts";
import type { AccessGuard } from "#app/realtime/stream.server.ts";
import { singleton } from "#app/singleton.server.ts";

/** Maximum milliseconds that an open stream continues after its login, token or API key has become invalid. */
export const REVALIDATE_MS = 15_000;
const TICK_MS = 1_000;

/** A function that checks again whether a reader may read. @throws DomainError when the reader may not */
export type Revalidate = AccessGuard["revalidate"];

/** Creates a check that the login of a request still belongs to the agent and is not signed out, revoked or expired. */
export function createAgentRevalidate(request: Request, agentId: string): Revalidate {
	const login = keepOnlyHeader(request, "Cookie");
	return async () => {
		if ((await getAgent(login))?.id !== agentId) throw new Unauthorised("Sign in first.");
	};
}

/** Creates a check that the API key of a request is still valid. */
export function createProgramRevalidate(request: Request): Revalidate {
	const key = keepOnlyHeader(request, "Authorization");
	return () => requireBearer(key);
}

/**
 * Creates the access guard of a customer's stream: the stream ends when the session gets another owner or the
 * customer's token is revoked.
 */
export function createCustomerGuard(sessionId: string, identity: CustomerIdentity): AccessGuard {
	const actor = { type: "customer", identity } as const;
	return {
		revalidate: () => requireSessionId(sessionId, actor),
		allows: (event) => mayOwn(identity, JSON.parse(event.json).session.userId),
	};
}

const mayOwn = (identity: CustomerIdentity, userId: string | null) =>
	userId === null || userId === identity.customerId;

/** Copies a request with only one header, because the copy stays in memory while the stream is open. */
const keepOnlyHeader = (request: Request, header: string): Request =>
	new Request(request.url, { headers: { [header]: request.headers.get(header) ?? "" } });

type RevalidatedStream = { sink: Sink; revalidate: Revalidate; ticksLeft: number };

/**
 * All open streams of this process with one timer. Streams that are checked at one moment share a database statement.
 */
const revalidatedStreams = singleton("revalidations", () => ({
	entries: new Set<RevalidatedStream>(),
	timer: null as NodeJS.Timeout | null,
}));

/**
 * Closes a stream within REVALIDATE_MS after its reader has lost access. A database error does not close the stream.
 */
export function closeWhenAccessEnds(sink: Sink, revalidate: Revalidate): void {
	const entry = { sink, revalidate, ticksLeft: REVALIDATE_MS / TICK_MS };
	revalidatedStreams.entries.add(entry);
	sink.onClose(() => {
		revalidatedStreams.entries.delete(entry);
		if (revalidatedStreams.entries.size > 0 || !revalidatedStreams.timer) return;
		clearInterval(revalidatedStreams.timer);
		revalidatedStreams.timer = null;
	});
	if (revalidatedStreams.timer || revalidatedStreams.entries.size === 0) return;
	revalidatedStreams.timer = setInterval(revalidateDue, TICK_MS);
	revalidatedStreams.timer.unref();
}

function revalidateDue(): void {
	for (const entry of revalidatedStreams.entries) {
		entry.ticksLeft -= 1;
		if (entry.ticksLeft > 0) continue;
		entry.ticksLeft = REVALIDATE_MS / TICK_MS;
		entry.revalidate().catch((error: unknown) => {
			if (error instanceof DomainError) entry.sink.close();
			else logBackgroundFailure("checking a stream's access", error);
		});
	}
}
