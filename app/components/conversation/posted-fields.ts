import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Acted } from "#app/realtime/client/store/options.ts";

/** Posts a form's fields for the page. */
export type Act = (fields: Record<string, string>) => Promise<Acted>;

/**
 * A form that is posted for the page once scripts run, and otherwise posts itself.
 * @returns what is wrong with its fields by their names; the first of them gets the focus, and is read out with it.
 */
export function useActing(onAct: Act | undefined) {
	const form = useRef<HTMLFormElement>(null);
	const [errors, setErrors] = useState<Record<string, string>>({});
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
