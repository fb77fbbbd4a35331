import { type FormEvent, type ReactNode, useEffect } from "react";
import { Button, DisclosureMark, TextField } from "#app/components/ui/index.ts";
import type { Message } from "#app/realtime/events.ts";
import { fieldId, type PostForm, type RefusedValues, useFormPost } from "./form-post.ts";

/**
 * The forms by which an anonymous customer proves that an order is theirs: one for the email address, one for the
 * code. The message's metadata says which form it carries. Both work without scripts.
 */
export function IdentityForm({ message, onPostForm }: { message: Message; onPostForm?: PostForm }) {
	if (isOpenCodeForm(message)) return <CodeForm message={message} onPostForm={onPostForm} />;
	return (
		<>
			{message.metadata.signIn ? <SignInForm /> : null}
			{message.metadata.identify === "code" ? <EmailForm message={message} onPostForm={onPostForm} /> : null}
		</>
	);
}

/** Goes to the store's sign-in page, which returns here; the question is then answered automatically. */
function SignInForm() {
	return (
		<form method="get" action="/sign-in" className="mt-1">
			<Button>Sign in</Button>
		</form>
	);
}

/**
 * The message whose identity form is shown: the newest that asks who the customer is, unless a sign-in was answered
 * since.
 */
export function openIdentityStep(messages: Message[]): Message | undefined {
	const index = messages.findLastIndex(isAboutIdentity);
	const step = messages[index];
	const isAnswered = messages.slice(index + 1).some(({ senderType }) => senderType === "bot");
	return step?.metadata.identify === "sign-in" && isAnswered ? undefined : step;
}

/** Whether a message belongs to identifying the customer. */
const isAboutIdentity = ({ metadata }: Message): boolean => !!metadata.identify || !!metadata.codeEntry;

const isOpenCodeForm = ({ metadata }: Message): boolean =>
	(metadata.codeEntry as { state?: string } | undefined)?.state === "open";

type FormProps = {
	message: Message;
	onPostForm?: PostForm;
	/** The typed values and errors, when the form is shown again after a refused post. */
	refused?: RefusedValues;
};

export function EmailForm({ message, onPostForm, refused }: FormProps) {
	return (
		<Form
			intent="send-code"
			message={message}
			onPostForm={onPostForm}
			refused={refused}
			button={<Button variant="secondary">Send a code</Button>}
		>
			{(errors) => (
				<TextField
					id={fieldId(`${message.id}-email`, refused)}
					type="text"
					inputMode="email"
					autoCapitalize="none"
					spellCheck={false}
					className="w-full"
					name="email"
					label="Email address of your order"
					hint="We'll send a code to it."
					autoComplete="email"
					required
					maxLength={254}
					error={errors.email}
					defaultValue={refused?.typed.email}
				/>
			)}
		</Form>
	);
}

/** A code was requested from this page by a form that had the focus. */
let isCodeAwaited = false;

export function CodeForm({ message, onPostForm, refused }: FormProps) {
	const id = fieldId(`${message.id}-code`, refused);
	useEffect(() => {
		if (isCodeAwaited) document.getElementById(id)?.focus();
		isCodeAwaited = false;
	}, [id]);
	return (
		<div className="flex w-80 max-w-full flex-col gap-1">
			<Form
				intent="enter-code"
				message={message}
				onPostForm={onPostForm}
				refused={refused}
				button={<Button>Check the code</Button>}
			>
				{(errors) => (
					<TextField
						id={id}
						className="w-full"
						name="code"
						label="Six digits from the email"
						inputMode="numeric"
						autoComplete="one-time-code"
						required
						// Longer than six characters, because a copied code may contain blanks, dashes and invisible characters.
						maxLength={40}
						error={errors.code}
						defaultValue={refused?.typed.code}
					/>
				)}
			</Form>
			<details className="group text-sm">
				<summary className="flex min-h-9 cursor-pointer items-center gap-1 text-accent pointer-coarse:min-h-11">
					<DisclosureMark />
					No email, or another address
				</summary>
				<EmailForm message={message} onPostForm={onPostForm} />
			</details>
		</div>
	);
}

function Form({
	intent,
	message,
	onPostForm,
	refused,
	button,
	children,
}: FormProps & {
	intent: string;
	button: ReactNode;
	/** Renders the form's fields, with their errors. */
	children: (errors: Record<string, string>) => ReactNode;
}) {
	const { form, errors, submit } = useFormPost(onPostForm, refused);
	async function send(event: FormEvent<HTMLFormElement>) {
		const conversation = event.currentTarget.closest<HTMLElement>("[role=log]");
		isCodeAwaited = intent === "send-code";
		// The form disappears after a correct code, so the focus goes to the conversation.
		if ((await submit(event)) && intent === "enter-code") conversation?.focus();
	}
	return (
		<form
			ref={form}
			method="post"
			action="/chat"
			onSubmit={(event) => void send(event)}
			className="mt-1 flex w-80 max-w-full flex-col items-start gap-2"
		>
			<input type="hidden" name="intent" value={intent} />
			<input type="hidden" name="sessionId" value={message.sessionId} />
			{children(errors)}
			{button}
		</form>
	);
}
