import { type FormEvent, useEffect, useRef, useState } from "react";
import type { FormResult } from "#app/realtime/client/store/options.ts";

/** Posts a form's fields. */
export type PostForm = (fields: Record<string, string>) => Promise<FormResult>;

/** The typed values and the errors of a form that was posted without scripts and refused. */
export type RefusedValues = { typed: Record<string, string>; errors: Record<string, string> };

/**
 * A field's id. A form that is shown again after a refusal needs other ids, because the first form is on the page
 * too.
 */
export const fieldId = (id: string, refused: RefusedValues | undefined): string =>
	refused ? `${id}-again` : id;

/**
 * Posts a form with scripts; without them the form posts itself.
 * @returns the errors by field. The first field with an error gets the focus, so that screen readers read the error.
 */
export function useFormPost(onPostForm: PostForm | undefined, refused?: RefusedValues) {
	const form = useRef<HTMLFormElement>(null);
	const [errors, setErrors] = useState<Record<string, string>>(refused?.errors ?? {});
	useEffect(() => {
		if (Object.keys(errors).length === 0) return;
		form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
	}, [errors]);
	/** @returns whether the post was accepted. */
	async function submit(event: FormEvent<HTMLFormElement>): Promise<boolean> {
		if (!onPostForm) return false;
		event.preventDefault();
		const result = await onPostForm(formFieldsOf(event));
		setErrors(result.errors);
		return result.isAccepted;
	}
	return { form, errors, submit };
}

/** The fields that the browser would post, including the clicked button. */
export function formFieldsOf(event: FormEvent<HTMLFormElement>): Record<string, string> {
	const { submitter } = event.nativeEvent as SubmitEvent;
	const fields: Record<string, string> = {};
	for (const [name, value] of new FormData(event.currentTarget))
		if (typeof value === "string") fields[name] = value;
	if (submitter instanceof HTMLButtonElement && submitter.name) fields[submitter.name] = submitter.value;
	return fields;
}
