import { AssistantMark } from "#app/components/ui/index.ts";

/** The text of a conversation without messages: who answers, and what the customer can ask. */
export function Welcome({ hasEarlier }: { hasEarlier: boolean }) {
	return (
		<div className="m-auto flex max-w-sm flex-col items-center gap-3 text-center">
			<AssistantMark size="large" />
			<h2 className="font-semibold text-xl">How can we help?</h2>
			<p className="text-ink-soft">
				Ask about delivery, returns, a product or your order. You get instant answers, and a person on
				request.
			</p>
			{hasEarlier ? <EarlierLink /> : null}
		</div>
	);
}

/** The link to the customer's ended conversations. */
export function EarlierLink() {
	return (
		<a
			href="/chat/earlier"
			className="inline-flex min-h-11 items-center text-accent underline underline-offset-2"
		>
			Earlier conversations
		</a>
	);
}
