import {
	type ActionFunctionArgs,
	data,
	type LoaderFunctionArgs,
	type MetaFunction,
	redirect,
} from "@remix-run/node";
import { Link, useActionData, useLoaderData } from "@remix-run/react";
import { ArrowLeft } from "lucide-react";
import { useRef } from "react";
import { z } from "zod/v4";
import { requireAgent, requireAgentOnPage } from "#app/auth/agent.server.ts";
import { formatDay } from "#app/components/time/format-day.ts";
import { Notice, SkipLink, useFocusAfterRemoval } from "#app/components/ui/index.ts";
import { readForm } from "#app/http/body.server.ts";
import { readerLocale } from "#app/http/reader-locale.server.ts";
import { passRetryAfter, problemInit, toProblem } from "#app/http/respond.server.ts";
import { listAllArticles } from "#app/models/article/article.server.ts";
import { closeUnanswered, listUnanswered } from "#app/models/article/unanswered-question.server.ts";
import { languageName, topicName } from "../labels.ts";
import { ArticleTable } from "./article-table.tsx";
import { UnansweredList } from "./unanswered-list.tsx";

export const meta: MetaFunction = () => [{ title: "Knowledge · Mevi Chat" }];

/** Maximum number of unanswered questions that the page shows. */
const MAX_SHOWN_QUESTIONS = 100;

/** Copies the Retry-After header of a 429 response to the page's response. */
export const headers = passRetryAfter;

const form = z.object({ intent: z.enum(["done", "ignore"]), id: z.uuid() });

/** GET /admin/knowledge: the unanswered questions, and the articles. */
export async function loader({ request }: LoaderFunctionArgs) {
	const { headers } = await requireAgentOnPage(request);
	const [questions, articles] = await Promise.all([listUnanswered(MAX_SHOWN_QUESTIONS), listAllArticles()]);
	// Dates are formatted here, because the server and the browser may have different versions of the formats.
	const dateLocale = readerLocale(request);
	// Today's date in UTC, so that server and browser use an equal date.
	const today = new Date().toISOString().slice(0, 10);
	const shown = {
		questions: questions.map(({ id, question, times, intent, lastAt, locale, lastSessionId }) => ({
			id,
			question,
			times,
			about: intent ? topicName(intent) : null,
			lastAt: lastAt.toISOString(),
			lastDay: formatDay(lastAt, dateLocale),
			language: languageName(locale),
			sessionId: lastSessionId,
		})),
		articles: articles.map(({ slug, title, locale, audience, validFrom, validUntil }) => ({
			slug,
			title,
			language: languageName(locale),
			isForAgents: audience === "agents",
			validDays: validDaysText({ validFrom, validUntil }, dateLocale),
			state:
				validUntil && validUntil < today
					? ("over" as const)
					: validFrom && validFrom > today
						? ("to come" as const)
						: null,
		})),
	};
	return data(shown, { headers });
}

/** The days on which an article is valid, as text; null when the article is always valid. */
function validDaysText(
	{ validFrom, validUntil }: { validFrom: string | null; validUntil: string | null },
	dateLocale: string,
): string | null {
	const from = validFrom && formatDay(new Date(validFrom), dateLocale);
	const until = validUntil && formatDay(new Date(validUntil), dateLocale);
	if (from && until) return `${from} to ${until}`;
	if (from) return `from ${from}`;
	return until ? `until ${until}` : null;
}

/**
 * POST /admin/knowledge with `intent` ("done" or "ignore") and `id`: removes a question from the list of unanswered
 * questions.
 */
export async function action({ request }: ActionFunctionArgs) {
	try {
		await requireAgent(request);
		const { intent, id } = await readForm(request, form);
		await closeUnanswered(id, intent === "done" ? "done" : "ignored");
		return redirect("/admin/knowledge");
	} catch (error) {
		const problem = toProblem(request, error);
		return data({ problem: problem.detail }, problemInit(problem));
	}
}

export default function KnowledgePage() {
	const { questions, articles } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const unanswered = useRef<HTMLElement>(null);
	const heading = useRef<HTMLHeadingElement>(null);
	// The clicked button disappears together with its question, so the focus must move to another element.
	useFocusAfterRemoval(unanswered, () => heading.current);
	return (
		<>
			<SkipLink />
			<main id="main" className="mx-auto max-w-4xl px-4 pt-4 pb-24 sm:px-6">
				<Link
					to="/admin/chat"
					className="inline-flex min-h-11 items-center gap-2 text-ink-soft underline-offset-4 hover:text-ink hover:underline"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
					Conversations
				</Link>
				<h1 className="mt-2 font-semibold text-2xl">Knowledge</h1>
				{refused?.problem ? (
					<Notice tone="danger" className="mt-4">
						{refused.problem}
					</Notice>
				) : null}
				<section ref={unanswered} aria-labelledby="unanswered" className="mt-8">
					<h2 id="unanswered" ref={heading} tabIndex={-1} className="font-semibold text-xl">
						Unanswered questions
					</h2>
					<p className="mt-1 mb-4 max-w-measure text-ink-soft">
						Questions that the assistant could not answer, without names, addresses and numbers. Write an
						article for the frequent ones.
					</p>
					<UnansweredList questions={questions} />
				</section>
				<section aria-labelledby="articles" className="mt-12">
					<h2 id="articles" className="font-semibold text-xl">
						Articles
					</h2>
					<p className="mt-1 mb-4 max-w-measure text-ink-soft">
						The assistant answers from these. They are imported with{" "}
						<code className="font-mono text-sm">npm run kb:import -- DIR</code>.
					</p>
					<ArticleTable articles={articles} />
				</section>
			</main>
		</>
	);
}
