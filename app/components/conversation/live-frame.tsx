import { usePageContext } from "#app/components/page-context.ts";

/**
 * Shows the conversation without scripts: a frame whose page never ends, so that the form below keeps its text. The
 * scripted transcript is hidden then. The link reloads the frame, for browsers that do not reload it automatically.
 * @param src URL of the frame's page, `…/live/frame`.
 */
export function LiveFrame({ src }: { src: string }) {
	const { nonce } = usePageContext();
	return (
		<noscript className="unscripted">
			<style nonce={nonce}>{".scripted{display:none}.unscripted{display:contents}"}</style>
			<iframe
				src={src}
				name="conversation-frame"
				title="Conversation"
				className="min-h-0 w-full flex-1 border-0"
			/>
			<p className="px-4 pb-1 text-center text-sm">
				<a
					href={src}
					target="conversation-frame"
					className="inline-flex items-center text-accent underline underline-offset-2 pointer-coarse:min-h-11"
				>
					Show new messages
				</a>
			</p>
		</noscript>
	);
}
