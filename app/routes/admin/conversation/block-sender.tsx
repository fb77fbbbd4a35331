import { type FormEvent, useRef } from "react";
import { formFieldsOf } from "#app/components/conversation/form-post.ts";
import { ClockTime } from "#app/components/time/time.tsx";
import { Button, buttonClasses, useFocusAfterRemoval } from "#app/components/ui/index.ts";

type SenderBlock = { reason: "blocked" | "spam"; by: string | null; at: string };

/**
 * The buttons to block the session's sender, to mark the session as spam (which ends the session), or to unblock the
 * sender.
 */
export function BlockSender({
	block,
	onSubmit,
}: {
	/** Who blocked the sender, when and why; null while the sender is not blocked. */
	block: SenderBlock | null;
	/** Posts the form. @returns whether the server accepted the form. */
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const container = useRef<HTMLDivElement>(null);
	useFocusAfterRemoval(
		container,
		() => container.current?.querySelector<HTMLElement>("summary, button") ?? null,
	);
	const submit = (event: FormEvent<HTMLFormElement>) => {
		event.preventDefault();
		void onSubmit(formFieldsOf(event));
	};
	if (block) {
		return (
			<div ref={container}>
				<section aria-label="Blocked" className="mt-6">
					<p>
						{block.reason === "spam" ? "Marked as spam" : "Blocked"}
						{block.by ? ` by ${block.by}` : ""}, <ClockTime iso={block.at} />. New messages are refused.
					</p>
					<form method="post" onSubmit={submit} className="mt-2">
						<Button name="intent" value="unblock" variant="secondary" size="compact">
							{block.reason === "spam" ? "Not spam" : "Unblock"}
						</Button>
					</form>
				</section>
			</div>
		);
	}
	return (
		<div ref={container}>
			<details className="mt-6">
				<summary className={buttonClasses({ variant: "quiet", size: "compact" }, "-ms-3 cursor-pointer")}>
					Block or mark as spam
				</summary>
				<p className="mt-2 text-ink-soft text-sm">
					This ends the conversation, and further messages of this sender are refused. You can undo it.
				</p>
				<form method="post" onSubmit={submit} className="mt-2 flex flex-wrap gap-2">
					<Button name="intent" value="block" variant="danger" size="compact">
						Block
					</Button>
					<Button name="intent" value="spam" variant="danger" size="compact">
						Mark as spam
					</Button>
				</form>
			</details>
		</div>
	);
}
