import { MessageCircle } from "lucide-react";
import { ButtonLink } from "#app/components/ui/index.ts";

/** The link to the chat, for readers of a help page whose question was not answered. */
export function StillUnsure() {
	return (
		<aside className="mt-12 flex max-w-measure flex-wrap items-center justify-between gap-x-6 gap-y-4 rounded-card bg-accent-soft px-5 py-4">
			<div>
				<p className="font-medium">Still unsure?</p>
				<p className="text-ink-soft">Ask in your own words. A person can join at any time.</p>
			</div>
			<ButtonLink to="/chat">
				<MessageCircle size={20} aria-hidden="true" />
				Chat with us
			</ButtonLink>
		</aside>
	);
}
