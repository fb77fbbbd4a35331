import { EmptyState, StoreMark } from "#app/components/ui/index.ts";

/** Shown beside the inbox while no session is open on the page. */
export default function NoneOpen() {
	return (
		<div className="grid h-full place-items-center">
			<EmptyState title="Choose a conversation" picture={<StoreMark className="size-12" />}>
				Waiting customers are at the top. Open one to reply.
			</EmptyState>
		</div>
	);
}
