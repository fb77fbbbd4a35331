import { ButtonLink } from "#app/components/ui/index.ts";

/** Links to the other pages of the product list; nothing when there is only one page. */
export function PageLinks({ page, pageCount }: { page: number; pageCount: number }) {
	if (pageCount < 2) return null;
	return (
		<nav aria-label="Pages" className="mt-10 flex items-center justify-between gap-4 sm:justify-start">
			{page > 1 ? (
				<ButtonLink variant="secondary" to={page === 2 ? "/" : `/?page=${page - 1}`} rel="prev">
					Previous
				</ButtonLink>
			) : null}
			<span className="text-ink-soft tabular-nums">
				Page {page} of {pageCount}
			</span>
			{page < pageCount ? (
				<ButtonLink variant="secondary" to={`/?page=${page + 1}`} rel="next">
					Next
				</ButtonLink>
			) : null}
		</nav>
	);
}
