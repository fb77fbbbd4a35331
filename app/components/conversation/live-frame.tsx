import { memo } from "react";
import { usePageContext } from "#app/components/page-context.ts";

/**
 * Shows the conversation on a page without scripts, in a frame whose document never ends. The frame keeps the composer
 * below it from being reloaded. With scripts the frame is not used. A link reloads the frame in browsers that do not
 * reload it themselves.
 * @param src URL of the frame's document, `…/live/frame`.
 */
export const LiveFrame = memo(function LiveFrame({ src }: { src: string }) {
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
});
