import { type FormEvent, memo } from "react";
import { readDraft, writeDraft } from "#app/components/conversation/drafts.ts";
import { Button, ButtonLink, Stars, StarsShown } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";
import { hasVisibleText } from "#app/text/visible-text.ts";
import { EarlierLink } from "./welcome.tsx";

/** Id of the page element that gets the focus when the session ends. */
export const ENDED_ID = "conversation-end";

const FOCUS_RING_CLASSES = "rounded-control focus:outline-2 focus:outline-accent focus:outline-offset-4";

/** Shown after the end of a session: the rating and the link to a new conversation. */
export const ConversationEnd = memo(function ConversationEnd({
	session,
	refusal,
	onSubmit,
	draft,
	draftKey,
}: {
	session: Session;
	/** The rating that was posted without scripts and refused, with its error message. */
	refusal: { typed: string; error: string } | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
	/** The text of a message that was posted without scripts and refused; it is kept for the next conversation. */
	draft: string;
	/** The key under which the browser stores the draft. */
	draftKey: string;
}) {
	const rating = session.customerSatisfactionRating;
	function submit(event: FormEvent<HTMLFormElement>) {
		event.preventDefault();
		const chosen = new FormData(event.currentTarget).get("rating");
		if (typeof chosen === "string") void onSubmit({ intent: "rate", rating: chosen });
	}
	return (
		<div id={ENDED_ID} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
			{rating === null ? (
				<form
					method="post"
					action="/chat"
					onSubmit={submit}
					// The rating's fieldset gets the focus, not a star, so that a key press just after the end of the chat does
					// not rate it.
					tabIndex={-1}
					data-focus-next
					aria-label="This conversation has ended"
					className={`flex flex-wrap items-end gap-x-6 gap-y-3 ${FOCUS_RING_CLASSES}`}
				>
					<input type="hidden" name="intent" value="rate" />
					<input type="hidden" name="sessionId" value={session.sessionId} />
					<Stars
						legend="How was this conversation?"
						defaultValue={Number(refusal?.typed)}
						error={refusal?.error}
					/>
					<Button variant="secondary">Rate</Button>
				</form>
			) : (
				<p tabIndex={-1} data-focus-next className={`flex min-h-11 items-center gap-2 ${FOCUS_RING_CLASSES}`}>
					Thank you for your rating <StarsShown rating={rating} label={`${rating} of 5`} />
				</p>
			)}
			<EarlierLink />
			{hasVisibleText(draft) ? (
				<form
					method="post"
					action="/chat?new=1"
					onSubmit={(event) => {
						event.preventDefault();
						if (readDraft(draftKey) === "") writeDraft(draftKey, draft);
						window.location.assign("/chat?new=1");
					}}
					className="max-sm:w-full"
				>
					<input type="hidden" name="intent" value="start" />
					<input type="hidden" name="message" value={draft} />
					<Button className="w-full">Start a new conversation</Button>
				</form>
			) : (
				<ButtonLink to="/chat?new=1" reloadDocument className="max-sm:w-full">
					Start a new conversation
				</ButtonLink>
			)}
		</div>
	);
});
