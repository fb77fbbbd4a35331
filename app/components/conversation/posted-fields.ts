import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Acted } from "#app/realtime/client/store/options.ts";

/** Posts a form's fields for the page. */
export type Act = (fields: Record<string, string>) => Promise<Acted>;

/** What was typed in a form that was posted without scripts and refused, and what is wrong with its fields. */
export type GivenBack = { typed: Record<string, string>; errors: Record<string, string> };

/** An id for a field: of its own where the form is given back, since the one that was posted is on the page too. */
export const fieldId = (id: string, given: GivenBack | undefined): string => (given ? `${id}-again` : id);

/**
 * A form that is posted for the page once scripts run, and otherwise posts itself.
 * @returns what is wrong with its fields by their names; the first of them gets the focus, and is read out with it.
 */
export function useActing(onAct: Act | undefined, given?: GivenBack) {
	const form = useRef<HTMLFormElement>(null);
	const [errors, setErrors] = useState<Record<string, string>>(given?.errors ?? {});
	useEffect(() => {
		if (Object.keys(errors).length === 0) return;
		form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
	}, [errors]);
	/** @returns whether the page has posted it and it was accepted. */
	async function submit(event: FormEvent<HTMLFormElement>): Promise<boolean> {
		if (!onAct) return false;
		event.preventDefault();
		const acted = await onAct(fieldsOf(event));
		setErrors(acted.errors);
		return acted.isAccepted;
	}
	return { form, errors, submit };
}

/** The fields a form would post by itself, the button that was used among them. */
export function fieldsOf(event: FormEvent<HTMLFormElement>): Record<string, string> {
	const { submitter } = event.nativeEvent as SubmitEvent;
	const fields: Record<string, string> = {};
	for (const [name, value] of new FormData(event.currentTarget))
		if (typeof value === "string") fields[name] = value;
	if (submitter instanceof HTMLButtonElement && submitter.name) fields[submitter.name] = submitter.value;
	return fields;
}
