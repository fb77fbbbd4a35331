import { memo } from "react";
import { type PostForm, useFormPost } from "#app/components/conversation/form-post.ts";
import { languageAttributes } from "#app/components/conversation/translation-note.ts";
import { Button, TextField } from "#app/components/ui/index.ts";
import { isEmailOffered } from "#app/models/chat-session/queue-texts.ts";
import type { QueueState, Session } from "#app/realtime/events.ts";

/** Whether the panel asks the queued customer for an email address. */
export const isEmailAsked = (session: Session, queue: QueueState): boolean =>
	isEmailOffered(queue) && !session.contactEmail;

/**
 * The panel for a customer in the queue: queue position, expected waiting time, and the form for an email address. No
 * other part of the page shows these.
 */
export const WaitingPanel = memo(function WaitingPanel({
	session,
	queue,
	knownEmail,
	refusal,
	onPostForm,
}: {
	session: Session;
	queue: QueueState;
	/** The customer's own email address, or one that they gave before, as the form's initial value. */
	knownEmail: string | null;
	/** The email address that was posted without scripts and refused, with its error message. */
	refusal: { typed: string; error: string } | null;
	onPostForm: PostForm;
}) {
	const { form, errors, submit } = useFormPost(onPostForm);
	return (
		<section
			aria-label="Waiting for a person"
			// Without scripts the panel is hidden, unless it shows an email address or asks for one.
			className={`mb-3 rounded-control bg-accent-soft px-4 py-3 text-ink ${session.contactEmail || isEmailAsked(session, queue) ? "" : "scripted"}`}
			data-queue={queue.state}
		>
			{/* These two lines are hidden without scripts, because they change; the transcript's frame shows them then. */}
			<p className="scripted font-medium">
				{isTeamAvailable(queue) ? "Connecting you to our team" : "Waiting for our team"}
			</p>
			<p className="scripted wrap-anywhere mt-0.5 text-sm" {...languageAttributes(queue.language)}>
				{queue.text}
			</p>
			{session.contactEmail ? (
				<p className="wrap-anywhere mt-0.5 text-sm">
					If nobody can reply here, our team will get back to you at <bdi>{session.contactEmail}</bdi>.
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
						label="Where can we reach you?"
						name="email"
						type="text"
						inputMode="email"
						autoCapitalize="none"
						spellCheck={false}
						autoComplete="email"
						required
						maxLength={254}
						defaultValue={refusal?.typed ?? knownEmail ?? ""}
						error={errors.email ?? refusal?.error}
						className="min-w-0 flex-1"
						dir="ltr"
					/>
					{/* The button is aligned with the field, which has a label above it and an error message below it. */}
					<Button variant="secondary" className="mt-[1.625rem] shrink-0">
						Send me the answer
					</Button>
				</form>
			) : null}
		</section>
	);
});

const isTeamAvailable = ({ state }: QueueState): boolean => state === "waiting" || state === "overdue";
