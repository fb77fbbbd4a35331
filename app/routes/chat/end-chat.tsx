import { useId, useRef, useState } from "react";
import { Button } from "#app/components/ui/index.ts";
import { COMPOSER_ID } from "./composer-id.ts";

/**
 * The button that ends the session. With scripts a modal dialog asks for confirmation. Escape and "Keep chatting" close
 * the dialog, and the browser returns the focus to the button. Without scripts the button ends the session at once.
 */
export function EndChat({ onEnd, className }: { onEnd: () => Promise<boolean>; className: string }) {
	const dialog = useRef<HTMLDialogElement>(null);
	const [isAsking, setIsAsking] = useState(false);
	const titleId = useId();
	return (
		<>
			<Button
				form={COMPOSER_ID}
				name="intent"
				value="end"
				formNoValidate
				variant="quiet"
				size="compact"
				className={className}
				// While the dialog is open, the button in the dialog has an equal label, so this button is hidden from screen
				// readers.
				aria-hidden={isAsking || undefined}
				onClick={(event) => {
					event.preventDefault();
					dialog.current?.showModal();
					setIsAsking(true);
				}}
			>
				End chat
			</Button>
			<dialog
				ref={dialog}
				aria-labelledby={titleId}
				onClose={() => setIsAsking(false)}
				className="m-auto w-80 max-w-[calc(100vw-2rem)] rounded-card border border-line bg-surface-raised p-5 text-ink shadow-float backdrop:bg-[rgb(0_0_0/0.45)]"
			>
				<h2 id={titleId} className="font-semibold text-lg">
					End this chat?
				</h2>
				<p className="mt-1 text-ink-soft">You can read it again later, and start a new one at any time.</p>
				<div className="mt-4 flex flex-wrap justify-end gap-2">
					<Button type="button" variant="secondary" onClick={() => dialog.current?.close()}>
						Keep chatting
					</Button>
					<Button
						type="button"
						onClick={() => {
							dialog.current?.close();
							void onEnd();
						}}
					>
						End chat
					</Button>
				</div>
			</dialog>
		</>
	);
}
