/** The first element in the tab order: skips the header. The target needs `id="main"`. */
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
