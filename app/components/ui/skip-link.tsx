/**
 * A link for keyboard users, first in the tab order, which skips the header and goes to the element with `id="main"`.
 */
export function SkipLink() {
	return (
		<a
			href="#main"
			className="absolute start-4 top-2 z-50 rounded-control bg-accent px-4 py-2.5 font-medium text-accent-ink not-focus:sr-only"
		>
			Skip to the content
		</a>
	);
}
