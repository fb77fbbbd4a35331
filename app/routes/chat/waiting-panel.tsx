import { type Act, useActing } from "#app/components/conversation/posted-fields.ts";
import { Button, TextField } from "#app/components/ui/index.ts";
import { expectation, offersEmail } from "#app/models/chat-session/queue-words.ts";
import type { Queue, Session } from "#app/realtime/events.ts";

/** Whether the panel has the place to leave an address. */
export const isEmailAsked = (session: Session, queue: Queue): boolean =>
	offersEmail(queue) && !session.contactEmail;

/** Where a waiting customer stands, why, and what to expect; an address to be written to where that is better. */
export function WaitingPanel({
	session,
	queue,
	refusal,
	onAct,
}: {
	session: Session;
	queue: Queue;
	/** The address that was sent without scripts and could not be taken. */
	refusal: { typed: string; error: string } | null;
	onAct: Act;
}) {
	const { form, errors, submit } = useActing(onAct);
	return (
		<section
			aria-label="Waiting for a person"
			className="mb-3 rounded-control bg-accent-soft px-4 py-3 text-ink"
			data-queue={queue.state}
		>
			<p className="font-medium">
				Waiting for a person
				<span className="font-normal text-ink-soft"> · {whyWaiting(session.queueReason)}</span>
			</p>
			<p className="mt-0.5 text-sm">{expectation(queue)}</p>
			{session.contactEmail ? (
				<p className="wrap-anywhere mt-0.5 text-sm">
					If nobody can answer here, we will write to {session.contactEmail}.
				</p>
			) : null}
			{isEmailAsked(session, queue) ? (
				<form
					ref={form}
					method="post"
					action="/chat"
					onSubmit={(event) => void submit(event)}
					className="mt-2 flex items-start gap-2"
				>
					<input type="hidden" name="intent" value="leave-email" />
					<input type="hidden" name="sessionId" value={session.sessionId} />
					<TextField
						label="E-mail address to answer you at"
						name="email"
						type="email"
						autoComplete="email"
						required
						maxLength={254}
						defaultValue={refusal?.typed ?? ""}
						error={errors.email ?? refusal?.error}
						className="min-w-0 flex-1"
						dir="ltr"
					/>
					{/* Beside the field, whose label is above it and whose error below. */}
					<Button variant="secondary" className="mt-[1.625rem] shrink-0">
						Save
					</Button>
				</form>
			) : null}
		</section>
	);
}

const WHY: Record<string, string> = {
	requested: "as you asked",
	"customer-upset": "a person should hear this",
	"assistant-unsure": "the assistant did not know",
	"assistant-failed": "the assistant could not answer",
	"assistant-limit": "the assistant did what it can",
	"assistant-off": "people answer here",
	"agent-away": "your agent had to leave",
	"large-refund": "a person decides on this refund",
	legal: "this is for a person",
	safety: "this is for a person, first of all",
};

const whyWaiting = (reason: string | null): string => WHY[reason ?? "requested"] ?? "this is for a person";
