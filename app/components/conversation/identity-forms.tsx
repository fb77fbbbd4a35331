import { type FormEvent, type ReactNode, useEffect } from "react";
import { Button, DisclosureMark, TextField } from "#app/components/ui/index.ts";
import type { Message } from "#app/realtime/events.ts";
import { fieldId, type PostForm, type RefusedValues, useFormPost } from "./form-post.ts";

/**
 * The forms by which an anonymous customer proves that an order belongs to them: one form for the email address, one
 * for the emailed code. The message's metadata says which form the message shows. Both forms work without scripts.
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

/**
 * A link to the store's own sign-in page. After the sign-in the customer returns to the chat, and the assistant answers
 * their question.
 */
function SignInForm() {
	return (
		<form method="get" action="/sign-in" className="mt-1">
			<Button>Sign in</Button>
		</form>
	);
}

/**
 * The message whose identity form is shown: the newest message that asks who the customer is. There is none after the
 * customer has signed in.
 */
export function findOpenIdentityMessage(messages: Message[]): Message | undefined {
	const index = messages.findLastIndex(isAboutIdentity);
	const step = messages[index];
	const isAnswered = messages.slice(index + 1).some(({ senderType }) => senderType === "bot");
	return step?.metadata.identify === "sign-in" && isAnswered ? undefined : step;
}

/** Whether a message asks the customer for an email address or a code, or reports the outcome. */
const isAboutIdentity = ({ metadata }: Message): boolean => !!metadata.identify || !!metadata.codeEntry;

const isOpenCodeForm = ({ metadata }: Message): boolean =>
	(metadata.codeEntry as { state?: string } | undefined)?.state === "open";

type FormProps = {
	message: Message;
	onPostForm?: PostForm;
	/** The typed values and the errors, when the server refused the form and shows it again. */
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

/** True after a form with the focus has requested an emailed code, so that the field for the code gets the focus. */
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
						// The maximum length is more than six characters, because a copied code may contain blanks, dashes and
						// invisible characters.
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
	/** Renders the form's fields; the errors by field name are passed in. */
	children: (errors: Record<string, string>) => ReactNode;
}) {
	const { form, errors, submit } = useFormPost(onPostForm, refused);
	async function send(event: FormEvent<HTMLFormElement>) {
		const conversation = event.currentTarget.closest<HTMLElement>("[role=log]");
		isCodeAwaited = intent === "send-code";
		// The form disappears after a correct code, so the conversation gets the focus.
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
