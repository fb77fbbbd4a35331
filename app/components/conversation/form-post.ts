import { type FormEvent, useEffect, useRef, useState } from "react";
import type { FormResult } from "#app/realtime/client/store/options.ts";

/** Posts a form's fields to the server and returns the result. */
export type PostForm = (fields: Record<string, string>) => Promise<FormResult>;

/** The typed values and the errors of a form that was posted without scripts and refused. */
export type RefusedValues = { typed: Record<string, string>; errors: Record<string, string> };

/** The HTML id of a form field. A refused form is shown a second time on the page, so its fields need different ids. */
export const fieldId = (id: string, refused: RefusedValues | undefined): string =>
	refused ? `${id}-again` : id;

/**
 * Posts a form by script; without scripts the browser posts the form.
 * @returns the error messages by field name. The first field with an error gets the focus, so that screen readers read
 * the error.
 */
export function useFormPost(onPostForm: PostForm | undefined, refused?: RefusedValues) {
	const form = useRef<HTMLFormElement>(null);
	const [errors, setErrors] = useState<Record<string, string>>(refused?.errors ?? {});
	useEffect(() => {
		if (Object.keys(errors).length === 0) return;
		form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
	}, [errors]);
	/** Posts the submitted form. @returns whether the server accepted the form. */
	async function submit(event: FormEvent<HTMLFormElement>): Promise<boolean> {
		if (!onPostForm) return false;
		event.preventDefault();
		const result = await onPostForm(formFieldsOf(event));
		setErrors(result.errors);
		return result.isAccepted;
	}
	return { form, errors, submit };
}

/** The form fields that the browser would post, including the value of the clicked button. */
export function formFieldsOf(event: FormEvent<HTMLFormElement>): Record<string, string> {
	const { submitter } = event.nativeEvent as SubmitEvent;
	const fields: Record<string, string> = {};
	for (const [name, value] of new FormData(event.currentTarget))
		if (typeof value === "string") fields[name] = value;
	if (submitter instanceof HTMLButtonElement && submitter.name) fields[submitter.name] = submitter.value;
	return fields;
}
