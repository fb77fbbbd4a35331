import type { PostForm } from "#app/components/conversation/form-post.ts";
import { CodeForm, EmailForm } from "#app/components/conversation/identity-forms.tsx";
import { ProposalCard } from "#app/components/conversation/proposal-card.tsx";
import { UnsentText } from "#app/components/conversation/unsent-text.tsx";
import { Notice } from "#app/components/ui/index.ts";
import type { Problem } from "#app/http/respond.server.ts";
import type { Message } from "#app/realtime/events.ts";

/** A form that was posted without scripts and refused, with its typed values. */
export type RefusedCustomerForm = { problem: Problem; typed: Record<string, string>; intent: string };

/** The error messages of a refused form, by field name. */
export function errorsOf({ problem }: RefusedCustomerForm): Record<string, string> {
	const errors: Record<string, string> = {};
	for (const [name, [first]] of Object.entries(problem.fieldErrors ?? {})) if (first) errors[name] = first;
	return errors;
}

/** Why the server refused the form, in one sentence. */
export const reasonOf = (refused: RefusedCustomerForm): string =>
	Object.values(errorsOf(refused))[0] ?? refused.problem.detail;

/**
 * Shows the refused form of a message again, with the typed values, because the frame shows the message's form without
 * them. Refused forms that are not part of a message are shown elsewhere on the page.
 */
export function RefusedForm({
	refused,
	messages,
	onPostForm,
}: {
	refused: RefusedCustomerForm;
	messages: Message[];
	onPostForm: PostForm;
}) {
	const { typed, intent } = refused;
	const isProposal = ({ metadata }: Message) =>
		(metadata.proposal as { id: string; state: string } | undefined)?.id === typed.actionId;
	const message =
		intent === "confirm-action"
			? messages.find(isProposal)
			: messages.findLast(({ metadata }) => metadata.identify || metadata.codeEntry);
	const formProps = { message, onPostForm, refused: { typed, errors: errorsOf(refused) } };
	return (
		<div className="mb-3 max-h-[55dvh] overflow-y-auto">
			<Notice tone="danger" className="mb-3" reference={refused.problem.reference}>
				{reasonOf(refused)}
			</Notice>
			{message && intent === "confirm-action" ? (
				<ProposalCard {...formProps} message={message} side="user" />
			) : message && intent === "send-code" ? (
				<EmailForm {...formProps} message={message} />
			) : message && intent === "enter-code" ? (
				<CodeForm {...formProps} message={message} />
			) : (
				<UnsentText text={typed.email ?? ""} />
			)}
		</div>
	);
}
