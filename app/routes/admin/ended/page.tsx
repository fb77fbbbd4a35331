import { data, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Form, Link, useLoaderData } from "@remix-run/react";
import { ArrowLeft, Search } from "lucide-react";
import { z } from "zod/v4";
import { requireAgentOnPage } from "#app/auth/agent.server.ts";
import { Button, ButtonLink, EmptyState, SkipLink, TextField } from "#app/components/ui/index.ts";
import { findByIdPrefix, listEnded } from "#app/models/chat-session/inbox.server.ts";
import { EndedRow } from "./ended-row.tsx";

export const meta: MetaFunction = () => [{ title: "Ended conversations · Mevi Chat" }];

const PAGE_SIZE = 50;

const query = z.object({
	/** The beginning of the session id that the agent searches for. */
	id: z.string().trim(),
	before: z.uuid().optional().catch(undefined),
});

/**
 * GET /admin/ended: ended sessions, newest first. With `?id=`: the sessions whose id begins with that text, including
 * open ones.
 */
export async function loader({ request }: LoaderFunctionArgs) {
	const { headers } = await requireAgentOnPage(request);
	const search = new URL(request.url).searchParams;
	const { id, before } = query.parse({
		id: search.get("id") ?? "",
		before: search.get("before") ?? undefined,
	});
	if (id !== "")
		return data({ id, isFirst: true, entries: await findByIdPrefix(id), next: null }, { headers });
	const page = await listEnded({ limit: PAGE_SIZE, before });
	return data({ id, isFirst: before === undefined, ...page }, { headers });
}

export default function EndedPage() {
	const { id, isFirst, entries, next } = useLoaderData<typeof loader>();
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
				<h1 className="mt-2 font-semibold text-2xl">Ended conversations</h1>
				<Form role="search" className="mt-6 flex items-end gap-2">
					<TextField
						key={id}
						label="Conversation id"
						name="id"
						defaultValue={id}
						autoComplete="off"
						spellCheck={false}
						className="min-w-0 max-w-md flex-1"
					/>
					<Button variant="secondary">
						<Search size={20} aria-hidden="true" />
						Search
					</Button>
				</Form>
				{entries.length === 0 ? (
					<EmptyState title={id === "" ? "No ended conversations" : "No conversation found"}>
						{id === ""
							? "When a conversation ends, it is kept here."
							: "Check the id: its first 4 characters are enough."}
					</EmptyState>
				) : (
					<ul className="mt-6 border-line border-t">
						{entries.map((entry) => (
							<EndedRow key={entry.sessionId} entry={entry} />
						))}
					</ul>
				)}
				<p className="mt-6 flex flex-wrap gap-3">
					{isFirst && id === "" ? null : (
						<ButtonLink to="/admin/ended" variant="secondary">
							Show the latest
						</ButtonLink>
					)}
					{next ? (
						<ButtonLink to={`?before=${next}`} variant="secondary">
							Show older
						</ButtonLink>
					) : null}
				</p>
			</main>
		</>
	);
}
