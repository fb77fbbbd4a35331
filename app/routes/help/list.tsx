import type { MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { ChevronRight } from "lucide-react";
import { ButtonLink, EmptyState } from "#app/components/ui/index.ts";
import { listArticles } from "#app/models/article/article.server.ts";
import { articleUrl } from "#app/models/article/slug.ts";
import { StillUnsure } from "./still-unsure.tsx";

export const meta: MetaFunction = () => [{ title: "Help · Mevi Living" }];

export async function loader() {
	const articles = await listArticles();
	return { articles: articles.map(({ slug, title }) => ({ slug, title })) };
}

export default function HelpList() {
	const { articles } = useLoaderData<typeof loader>();
	return (
		<>
			<h1 className="font-semibold text-2xl">Help</h1>
			<p className="mt-2 mb-8 max-w-measure text-ink-soft text-lg">
				Short, concrete answers about delivery, returns and care. The assistant in the chat answers from the
				same pages.
			</p>
			{articles.length > 0 ? (
				<>
					<ul className="gap-x-12 border-line max-md:border-t md:columns-2 lg:columns-3">
						{articles.map((article) => (
							<li key={article.slug} className="break-inside-avoid">
								<Link
									to={articleUrl(article.slug)}
									prefetch="intent"
									className="group flex min-h-12 items-center justify-between gap-4 border-line border-b py-2.5 hover:text-accent"
								>
									{article.title}
									<ChevronRight
										size={20}
										aria-hidden="true"
										className="shrink-0 text-ink-soft group-hover:text-accent rtl:rotate-180"
									/>
								</Link>
							</li>
						))}
					</ul>
					<StillUnsure />
				</>
			) : (
				<EmptyState title="No articles yet" action={<ButtonLink to="/chat">Chat with us</ButtonLink>}>
					Answers to common questions will be here. Until then, ask us in the chat.
				</EmptyState>
			)}
		</>
	);
}
