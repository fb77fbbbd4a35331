import type { FormEvent } from "react";
import { Button, ButtonLink, Stars, StarsShown } from "#app/components/ui/index.ts";
import type { Session } from "#app/realtime/events.ts";
import { EarlierLink } from "./welcome.tsx";

/** After the end: a rating, the way to a new conversation, and thanks once rated. */
export function ConversationEnd({
	session,
	refusal,
	onSubmit,
}: {
	session: Session;
	/** The rating that was sent without scripts and could not be taken. */
	refusal: { typed: string; error: string } | null;
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const rating = session.customerSatisfactionRating;
	function submit(event: FormEvent<HTMLFormElement>) {
		event.preventDefault();
		const chosen = new FormData(event.currentTarget).get("rating");
		if (typeof chosen === "string") void onSubmit({ intent: "rate", rating: chosen });
	}
	return (
		<div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
			{rating === null ? (
				<form
					method="post"
					action="/chat"
					onSubmit={submit}
					className="flex flex-wrap items-end gap-x-6 gap-y-3"
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
				<p className="flex min-h-11 items-center gap-2">
					Thank you for your rating <StarsShown rating={rating} label={`${rating} of 5`} />
				</p>
			)}
			<EarlierLink />
			<ButtonLink to="/chat?new=1" reloadDocument className="max-sm:w-full">
				Start a new conversation
			</ButtonLink>
		</div>
	);
}
