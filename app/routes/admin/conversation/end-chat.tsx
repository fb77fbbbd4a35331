import { useRef, useState } from "react";
import { Button } from "#app/components/ui/index.ts";
import { COMPOSER_ID } from "./copilot.tsx";

/**
 * Ends the conversation. With scripts a dialog asks first; without them the form ends it at once, or, where another
 * agent has it, the server asks.
 */
export function EndChat({
	isMine,
	otherAgent,
	onEnd,
	className,
}: {
	isMine: boolean;
	/** The other agent who has the conversation; null when none does. */
	otherAgent: string | null;
	onEnd: (fields: Record<string, string>) => void;
	className: string;
}) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [isAsking, setAsking] = useState(false);
	return (
		<form method="post" className={className}>
			{/* Part of the composer's form where there is one: without scripts what is being written comes back. */}
			<Button
				{...(isMine ? { form: COMPOSER_ID, formNoValidate: true } : {})}
				name="intent"
				value="end"
				size="compact"
				variant="quiet"
				// The dialog's own button has the same name, and this one cannot be used while it is open.
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

/** The question as a step of its own, for pages without scripts. */
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
