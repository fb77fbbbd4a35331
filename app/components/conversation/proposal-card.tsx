import { type FormEvent, useEffect, useRef, useSyncExternalStore } from "react";
import { Button, TextField } from "#app/components/ui/index.ts";
import type { Message } from "#app/realtime/events.ts";
import type { ActionState, ProposalCard as Card, PostalAddress } from "#db/shapes.ts";
import { fieldId, type PostForm, type RefusedValues, useFormPost } from "./form-post.ts";
import type { ViewerSide } from "./side.ts";

const STATE_TEXTS: Record<ViewerSide, Record<ActionState, string>> = {
	user: {
		proposed: "",
		done: "You confirmed this.",
		declined: "You said no; nothing was changed.",
		expired: "This offer has run out; nothing was changed.",
		failed: "This could not be done; nothing was changed.",
	},
	agent: {
		proposed: "Waits for the customer's own click.",
		done: "Confirmed by the customer.",
		declined: "Declined by the customer; nothing was changed.",
		expired: "Ran out; nothing was changed.",
		failed: "Confirmed, but it could not be done; nothing was changed.",
	},
};

const FIELD_LABELS: { name: keyof PostalAddress; label: string; autoComplete: string; isNeeded: boolean }[] =
	[
		{ name: "address1", label: "Street and number", autoComplete: "address-line1", isNeeded: true },
		{ name: "address2", label: "Flat or floor", autoComplete: "address-line2", isNeeded: false },
		{ name: "zip", label: "Postcode", autoComplete: "postal-code", isNeeded: true },
		{ name: "city", label: "Town", autoComplete: "address-level2", isNeeded: true },
		{ name: "state", label: "Region", autoComplete: "address-level1", isNeeded: false },
		{ name: "country", label: "Country", autoComplete: "country-name", isNeeded: true },
	];

/**
 * The card of a proposal (an action that the assistant proposes), with the buttons to confirm or decline it. Only the
 * customer sees the buttons. The card works without scripts.
 */
export function ProposalCard({
	message,
	side,
	onPostForm,
	refused,
}: {
	message: Message;
	side: ViewerSide;
	onPostForm?: PostForm;
	/** The typed values and the errors, when the server refused the card's form and shows the card again. */
	refused?: RefusedValues;
}) {
	const card = message.metadata.proposal as Card;
	const state = useCardState(card);
	const outcome = useRef<HTMLParagraphElement>(null);
	const isDecidedHere = useRef(false);
	// The clicked button has disappeared from the page, so the card gets the focus.
	useEffect(() => {
		if (state !== "proposed" && isDecidedHere.current) outcome.current?.focus();
	}, [state]);
	const { form, errors, submit } = useFormPost(onPostForm, refused);
	function decide(event: FormEvent<HTMLFormElement>) {
		isDecidedHere.current = true;
		void submit(event);
	}
	return (
		<div className="w-96 max-w-full rounded-card rounded-bl-control border border-line-strong/60 bg-surface-raised p-4 text-ink">
			<p className="wrap-anywhere font-medium">
				<bdi>{card.title}</bdi>
			</p>
			<ul className="wrap-anywhere mt-1 flex flex-col gap-0.5 text-ink-soft text-sm">
				{card.lines.map((line) => (
					<li key={line}>
						<bdi>{line}</bdi>
					</li>
				))}
			</ul>
			{state === "proposed" && side === "user" ? (
				<form ref={form} method="post" action="/chat" onSubmit={decide} className="mt-3 flex flex-col gap-3">
					<input type="hidden" name="sessionId" value={message.sessionId} />
					<input type="hidden" name="actionId" value={card.id} />
					{card.fields ? <AddressFields card={card} errors={errors} refused={refused} /> : null}
					<div className="flex flex-wrap gap-2">
						<Button name="intent" value="confirm-action">
							Confirm
						</Button>
						<Button name="intent" value="decline-action" variant="secondary" formNoValidate>
							No, thanks
						</Button>
					</div>
					<p className="text-ink-soft text-sm">Nothing happens until you choose Confirm.</p>
				</form>
			) : (
				<p ref={outcome} tabIndex={-1} className="mt-2 text-sm">
					{STATE_TEXTS[side][state]}
				</p>
			)}
		</div>
	);
}

function AddressFields({
	card,
	errors,
	refused,
}: {
	card: Card;
	errors: Record<string, string>;
	refused?: RefusedValues;
}) {
	return (
		<div className="grid grid-cols-2 items-start gap-x-3 gap-y-2">
			{FIELD_LABELS.map(({ name, label, autoComplete, isNeeded }) => (
				<TextField
					key={name}
					// The ids are made from the message's id, because without scripts each message is rendered separately and ids
					// from `useId` would repeat.
					id={fieldId(`${card.id}-${name}`, refused)}
					name={name}
					label={isNeeded ? label : `${label} (if any)`}
					autoComplete={autoComplete}
					required={isNeeded}
					maxLength={120}
					error={errors[name]}
					defaultValue={refused?.typed[name] ?? card.fields?.[name] ?? ""}
					className={name.startsWith("address") ? "col-span-2" : ""}
				/>
			))}
		</div>
	);
}

const subscribeToNothing = () => () => {};

/**
 * The proposal's present state. An unanswered proposal counts as expired after its time limit, even when no event has
 * reported that.
 */
function useCardState(card: Card): ActionState {
	const read = () =>
		card.state === "proposed" && Date.parse(card.expiresAt) <= Date.now() ? "expired" : card.state;
	return useSyncExternalStore(subscribeToNothing, read, read);
}
