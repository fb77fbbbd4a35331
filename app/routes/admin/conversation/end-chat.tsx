import { useRef, useState } from "react";
import { Button } from "#app/components/ui/index.ts";
import { COMPOSER_ID } from "./copilot.tsx";

/**
 * The button that ends the session. With scripts a dialog asks for confirmation. Without scripts the form ends the
 * session at once; only when another agent has the session, the server asks for confirmation.
 */
export function EndChat({
	isMine,
	otherAgent,
	onEnd,
	className,
}: {
	isMine: boolean;
	/** Name of the other agent who has the session; null when no other agent has it. */
	otherAgent: string | null;
	onEnd: (fields: Record<string, string>) => void;
	className: string;
}) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [isAsking, setAsking] = useState(false);
	return (
		<form method="post" className={className}>
			{/* The button belongs to the composer's form, if that exists, so that without scripts the draft is posted too
			    and not lost. */}
			<Button
				{...(isMine ? { form: COMPOSER_ID, formNoValidate: true } : {})}
				name="intent"
				value="end"
				size="compact"
				variant="quiet"
				// The button in the dialog has an equal label, so this button is hidden from screen readers while the dialog is
				// open.
				aria-hidden={isAsking || undefined}
				onClick={(event) => {
					event.preventDefault();
					dialog.current?.showModal();
					setAsking(true);
				}}
			>
				End chat
			</Button>
			<dialog
				ref={dialog}
				aria-labelledby="end-chat-title"
				aria-describedby="end-chat-text"
				onClose={() => setAsking(false)}
				className="m-auto max-w-sm rounded-card border border-line bg-surface-raised p-6 text-ink shadow-float backdrop:bg-black/40"
			>
				<h2 id="end-chat-title" className="font-semibold text-lg">
					End this chat?
				</h2>
				<p id="end-chat-text" className="mt-2 text-ink-soft">
					{otherAgent
						? `${otherAgent} has this conversation. It ends for ${otherAgent} and the customer.`
						: "The customer can rate the conversation and start a new one."}
				</p>
				<div className="mt-4 flex flex-wrap justify-end gap-2">
					<Button type="button" variant="secondary" onClick={() => dialog.current?.close()}>
						Keep it open
					</Button>
					<Button
						type="button"
						onClick={() => {
							dialog.current?.close();
							onEnd({ intent: "end", ...(otherAgent ? { confirm: "yes" } : {}) });
						}}
					>
						End chat
					</Button>
				</div>
			</dialog>
		</form>
	);
}

/** Asks the agent to confirm the end of the session, on a page without scripts. */
export function ConfirmEnd({ question }: { question: string }) {
	return (
		<section aria-label="End this chat?" className="mb-3 rounded-control bg-attention-soft px-4 py-3">
			<p>{question}</p>
			<form method="post" className="mt-2 flex flex-wrap gap-2">
				<input type="hidden" name="confirm" value="yes" />
				<Button name="intent" value="end" size="compact">
					End chat
				</Button>
				<a
					href="?"
					className="inline-flex min-h-9 items-center px-3 text-accent text-sm pointer-coarse:min-h-11"
				>
					Keep it open
				</a>
			</form>
		</section>
	);
}
