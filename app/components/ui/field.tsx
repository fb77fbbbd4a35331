import {
	type InputHTMLAttributes,
	type ReactNode,
	type Ref,
	type TextareaHTMLAttributes,
	useId,
} from "react";

type LabelProps = {
	label: string;
	/** Shows the label only to screen readers, for fields whose purpose is obvious, such as the composer. */
	isLabelHidden?: boolean;
	hint?: ReactNode;
	/** The error message of the field: what is wrong with the value and how to correct it. */
	error?: ReactNode;
};

// The font size of a field is at least 16 px, because phones zoom into a field with smaller text and stay zoomed.
const CONTROL_CLASSES =
	"pointer-coarse:text-[1rem] block w-full rounded-control border bg-surface-raised px-3 text-base text-ink transition-colors focus-visible:-outline-offset-1 disabled:opacity-55";
const BORDER_CLASSES = "border-line-strong hover:border-ink-soft";
const ERROR_BORDER_CLASSES = "border-danger";

/** A text field with its label, hint and error, which are connected to the field for screen readers. */
export function TextField({
	label,
	isLabelHidden,
	hint,
	error,
	id,
	className = "",
	...rest
}: InputHTMLAttributes<HTMLInputElement> & LabelProps) {
	const field = useFieldIds(id, hint, error);
	return (
		<div className={className}>
			<FieldLabel id={field.id} label={label} isHidden={isLabelHidden} />
			<input
				{...rest}
				{...field.props}
				className={`${CONTROL_CLASSES} min-h-11 ${error ? ERROR_BORDER_CLASSES : BORDER_CLASSES}`}
			/>
			<FieldNotes ids={field} hint={hint} error={error} />
		</div>
	);
}

/** A text area that grows to five lines, where the browser supports that, and then scrolls. */
export function Textarea({
	label,
	isLabelHidden,
	hint,
	error,
	id,
	className = "",
	rows = 2,
	fieldRef,
	...rest
}: TextareaHTMLAttributes<HTMLTextAreaElement> & LabelProps & { fieldRef?: Ref<HTMLTextAreaElement> }) {
	const field = useFieldIds(id, hint, error);
	return (
		<div className={className}>
			<FieldLabel id={field.id} label={label} isHidden={isLabelHidden} />
			<textarea
				{...rest}
				{...field.props}
				ref={fieldRef}
				rows={rows}
				className={`${CONTROL_CLASSES} field-sizing-content max-h-[calc(5lh+1.125rem+2px)] min-h-11 resize-none py-[0.5625rem] ${error ? ERROR_BORDER_CLASSES : BORDER_CLASSES}`}
			/>
			<FieldNotes ids={field} hint={hint} error={error} />
		</div>
	);
}

/** A field for a choice from a list, as a native select element. */
export function SelectField({
	label,
	isLabelHidden,
	hint,
	error,
	id,
	className = "",
	children,
	...rest
}: React.SelectHTMLAttributes<HTMLSelectElement> & LabelProps) {
	const field = useFieldIds(id, hint, error);
	return (
		<div className={className}>
			<FieldLabel id={field.id} label={label} isHidden={isLabelHidden} />
			<select
				{...rest}
				{...field.props}
				className={`${CONTROL_CLASSES} min-h-11 ${error ? ERROR_BORDER_CLASSES : BORDER_CLASSES}`}
			>
				{children}
			</select>
			<FieldNotes ids={field} hint={hint} error={error} />
		</div>
	);
}

type FieldIds = { id: string; hintId: string; errorId: string };

function useFieldIds(givenId: string | undefined, hint: ReactNode, error: ReactNode) {
	const generatedId = useId();
	const id = givenId ?? generatedId;
	const hintId = `${id}-hint`;
	const errorId = `${id}-error`;
	const describedBy = [error ? errorId : null, hint ? hintId : null].filter(Boolean).join(" ");
	return {
		id,
		hintId,
		errorId,
		props: { id, "aria-describedby": describedBy || undefined, "aria-invalid": error ? true : undefined },
	};
}

function FieldLabel({ id, label, isHidden }: { id: string; label: string; isHidden?: boolean }) {
	return (
		<label htmlFor={id} className={isHidden ? "sr-only" : "mb-1.5 block font-medium text-sm"}>
			{label}
		</label>
	);
}

function FieldNotes({ ids, hint, error }: { ids: FieldIds; hint: ReactNode; error: ReactNode }) {
	return (
		<>
			{error ? (
				<p id={ids.errorId} className="mt-1.5 text-danger text-sm">
					{error}
				</p>
			) : null}
			{hint ? (
				<p id={ids.hintId} className="mt-1.5 text-ink-soft text-sm">
					{hint}
				</p>
			) : null}
		</>
	);
}
