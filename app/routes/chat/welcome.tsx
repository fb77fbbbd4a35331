import { AssistantMark } from "#app/components/ui/index.ts";

/** What an empty conversation says: who answers, and what to ask. */
export function Welcome() {
	return (
		<div className="m-auto flex max-w-sm flex-col items-center gap-3 text-center">
			<AssistantMark size="large" />
			<h2 className="font-semibold text-xl">How can we help?</h2>
			<p className="text-ink-soft">
				Ask about delivery, returns, a product or your order. The assistant answers at once, and you can talk
				to a person at any time.
			</p>
		</div>
	);
}
