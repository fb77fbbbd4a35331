import type { FormEvent } from "react";

/** Posts a form's fields for the page. @returns whether it was accepted. */
export type Act = (fields: Record<string, string>) => Promise<boolean>;

/** The fields a form would post by itself, the button that was used among them. */
export function fieldsOf(event: FormEvent<HTMLFormElement>): Record<string, string> {
	const { submitter } = event.nativeEvent as SubmitEvent;
	const fields: Record<string, string> = {};
	for (const [name, value] of new FormData(event.currentTarget))
		if (typeof value === "string") fields[name] = value;
	if (submitter instanceof HTMLButtonElement && submitter.name) fields[submitter.name] = submitter.value;
	return fields;
}
