import { data, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { ArrowLeft } from "lucide-react";
import { getAgent } from "#app/auth/agent.server.ts";
import { formatDay } from "#app/components/time/format-day.ts";
import { readerLocale } from "#app/http/reader-locale.server.ts";
import { getArticle } from "#app/models/article/article.server.ts";
import { renderArticle } from "./render-article.server.ts";
import { StillUnsure } from "./still-unsure.tsx";

export const meta: MetaFunction<typeof loader> = ({ data: loaded }) => [
	{ title: loaded ? `${loaded.title} · Mevi Living` : "No such article · Mevi Living" },
];

export async function loader({ request, params }: LoaderFunctionArgs) {
	// The copilot's sources link agents to this page, also for articles that customers may not read.
	const readers = (await getAgent(request)) ? "agents" : "customers";
	const article = await getArticle(params.slug ?? "", readers);
	if (!article) {
		throw data(
			{ detail: "We have no help article at this address. The list of all of them is at /help." },
			{ status: 404 },
		);
	}
	return {
		title: article.title,
		locale: article.locale,
		updatedOn: formatDay(article.updatedAt, readerLocale(request)),
		updatedAt: article.updatedAt.toISOString(),
		...renderArticle(article.body),
	};
}

export default function HelpArticle() {
	const { title, locale, updatedOn, updatedAt, html, headings } = useLoaderData<typeof loader>();
	return (
		<div className="lg:grid lg:grid-cols-[1fr_16rem] lg:gap-16">
			<article lang={locale}>
				<Link
					to="/help"
					className="mb-4 inline-flex min-h-11 items-center gap-2 text-ink-soft underline-offset-4 hover:text-ink hover:underline"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
					All help
				</Link>
				<h1 className="mb-6 max-w-measure font-semibold text-2xl">{title}</h1>
				{/* biome-ignore lint/security/noDangerouslySetInnerHtml: markdown-it made the HTML with raw HTML in articles
				    disabled. */}
				<div className="prose" dangerouslySetInnerHTML={{ __html: html }} />
				<p className="mt-8 text-ink-soft text-sm">
					Last changed <time dateTime={updatedAt}>{updatedOn}</time>
				</p>
				<StillUnsure />
			</article>
			{headings.length > 1 ? (
				<nav aria-labelledby="contents" className="hidden self-start pt-15 lg:sticky lg:top-0 lg:block">
					<h2 id="contents" className="mb-2 font-medium text-ink-soft text-sm">
						On this page
					</h2>
					<ul className="border-line border-s">
						{headings.map((heading) => (
							<li key={heading.id}>
								<a
									href={`#${heading.id}`}
									className="block py-1.5 ps-4 text-ink-soft underline-offset-4 hover:text-ink hover:underline"
								>
									{heading.text}
								</a>
							</li>
						))}
					</ul>
				</nav>
			) : null}
		</div>
	);
}
