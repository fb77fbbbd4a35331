import { Link, type LinkProps } from "@remix-run/react";
import type { ButtonHTMLAttributes } from "react";

type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
type ButtonSize = "regular" | "compact";
type ButtonLook = { variant?: ButtonVariant; size?: ButtonSize };

const SHAPE_CLASSES =
	"inline-flex select-none items-center justify-center gap-2 rounded-control border font-medium no-underline transition-colors disabled:cursor-not-allowed disabled:opacity-55";

const SIZE_CLASSES: Record<ButtonSize, string> = {
	// The button is 44 px high, because that is the smallest reliable touch target.
	regular: "min-h-11 px-4 text-base",
	compact: "min-h-9 px-3 text-sm pointer-coarse:min-h-11",
};

const VARIANT_CLASSES: Record<ButtonVariant, string> = {
	primary: "ground-edge border-transparent bg-accent text-accent-ink not-disabled:hover:bg-accent/90",
	secondary:
		"border-line-strong/60 bg-surface-raised text-ink not-disabled:hover:border-line-strong not-disabled:hover:bg-surface-sunken",
	quiet: "border-transparent bg-transparent text-accent not-disabled:hover:bg-accent-soft",
	danger: "border-danger/60 bg-surface-raised text-danger not-disabled:hover:bg-danger-soft",
};

/** The CSS classes of a button, for another element that looks like a button, such as `summary`. */
export function buttonClasses({ variant = "primary", size = "regular" }: ButtonLook, extra = ""): string {
	return `${SHAPE_CLASSES} ${SIZE_CLASSES[size]} ${VARIANT_CLASSES[variant]} ${extra}`;
}

/** A button for an action; its label is a verb. `type` is "submit" by default. */
export function Button({
	variant,
	size,
	className,
	type = "submit",
	...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & ButtonLook) {
	return <button {...rest} type={type} className={buttonClasses({ variant, size }, className)} />;
}

/** A link that looks like a button. */
export function ButtonLink({ variant, size, className, ...rest }: LinkProps & ButtonLook) {
	return <Link {...rest} className={buttonClasses({ variant, size }, className)} />;
}
