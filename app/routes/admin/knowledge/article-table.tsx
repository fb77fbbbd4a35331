import { Link } from "@remix-run/react";
import { Badge } from "#app/components/ui/index.ts";
import { articleUrl } from "#app/models/article/slug.ts";

export type ListedArticle = {
	slug: string;
	title: string;
	language: string;
	isForAgents: boolean;
	/** The days on which the article is valid, as text; null when it is always valid. */
	validDays: string | null;
	/** Why the assistant does not use the article today; null when the assistant uses it. */
	state: "over" | "to come" | null;
};

/** The list of all articles: a table on a wide screen, a plain list on a phone. */
export function ArticleTable({ articles }: { articles: ListedArticle[] }) {
	if (articles.length === 0) {
		return (
			<p className="rounded-card bg-surface-sunken px-4 py-6 text-ink-soft">There are no articles yet.</p>
		);
	}
	return (
		<ul className="border-line border-t">
			{articles.map((article) => (
				<li
					key={article.slug}
					className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1 border-line border-b py-2"
				>
					<span className="min-w-0 flex-1 basis-64 break-words">
						{article.state ? (
							article.title
						) : (
							<Link
								to={articleUrl(article.slug)}
								className="inline-flex min-h-9 items-center underline-offset-4 hover:text-accent hover:underline pointer-coarse:min-h-11"
							>
								{article.title}
							</Link>
						)}
					</span>
					<span className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-soft text-sm">
						<span>{article.language}</span>
						{article.validDays ? <span>{article.validDays}</span> : null}
						{article.isForAgents ? <Badge tone="accent">Agents only</Badge> : null}
						{article.state ? <Badge>{article.state === "over" ? "Expired" : "Not valid yet"}</Badge> : null}
					</span>
				</li>
			))}
		</ul>
	);
}
