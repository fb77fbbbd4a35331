/**
 * The store's logo, a doorway with the light on. Screen readers skip the logo, because the store's name is beside it.
 */
export function StoreMark({ className = "size-8" }: { className?: string }) {
	return (
		<svg viewBox="0 0 32 32" className={`shrink-0 ${className}`} aria-hidden="true">
			<rect className="fill-accent" width="32" height="32" rx="8" />
			<path className="fill-accent-ink" d="M8 26V14.5a8 8 0 0 1 16 0V26h-4V14.5a4 4 0 0 0-8 0V26z" />
			<circle className="fill-accent-ink" cx="16" cy="22.6" r="2.4" />
		</svg>
	);
}
