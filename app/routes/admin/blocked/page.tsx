import {
	type ActionFunctionArgs,
	data,
	type LoaderFunctionArgs,
	type MetaFunction,
	redirect,
} from "@remix-run/node";
import { Form, Link, useActionData, useLoaderData } from "@remix-run/react";
import { ArrowLeft } from "lucide-react";
import { useRef } from "react";
import { z } from "zod/v4";
import { requireAgent, requireAgentOnPage } from "#app/auth/agent.server.ts";
import { ClockTime } from "#app/components/time/time.tsx";
import { Button, EmptyState, Notice, SkipLink, useFocusAfterRemoval } from "#app/components/ui/index.ts";
import { readForm } from "#app/http/body.server.ts";
import { passRetryAfter, problemInit, toProblem } from "#app/http/respond.server.ts";
import { listBlocked, unblockSender } from "#app/models/customer/blocked-sender.server.ts";

export const meta: MetaFunction = () => [{ title: "Blocked senders · Mevi Chat" }];

/** Copies the Retry-After header of a 429 response to the page's response. */
export const headers = passRetryAfter;

const MAX_SHOWN_SENDERS = 200;

const unblockForm = z.object({ intent: z.literal("unblock"), sender: z.string().min(1).max(255) });

/** GET /admin/blocked: blocked senders, newest first. */
export async function loader({ request }: LoaderFunctionArgs) {
	const { headers } = await requireAgentOnPage(request);
	return data({ entries: await listBlocked(MAX_SHOWN_SENDERS) }, { headers });
}

/** POST /admin/blocked with the fields `intent=unblock` and `sender`: unblocks a sender. */
export async function action({ request }: ActionFunctionArgs) {
	try {
		await requireAgent(request);
		const { sender } = await readForm(request, unblockForm);
		await unblockSender(sender);
		return redirect("/admin/blocked");
	} catch (error) {
		const problem = toProblem(request, error);
		return data({ problem: problem.detail }, problemInit(problem));
	}
}

export default function BlockedPage() {
	const { entries } = useLoaderData<typeof loader>();
	const refused = useActionData<typeof action>();
	const main = useRef<HTMLElement>(null);
	const heading = useRef<HTMLHeadingElement>(null);
	useFocusAfterRemoval(main, () => heading.current);
	return (
		<>
			<SkipLink />
			<main id="main" ref={main} className="mx-auto max-w-4xl px-4 pt-4 pb-24 sm:px-6">
				<Link
					to="/admin/chat"
					className="inline-flex min-h-11 items-center gap-2 text-ink-soft underline-offset-4 hover:text-ink hover:underline"
				>
					<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
					Conversations
				</Link>
				<h1 ref={heading} tabIndex={-1} className="mt-2 font-semibold text-2xl">
					Blocked senders
				</h1>
				{refused?.problem ? (
					<Notice tone="danger" className="mt-4">
						{refused.problem}
					</Notice>
				) : null}
				{entries.length === 0 ? (
					<EmptyState title="Nobody is blocked">
						You can block a sender from their conversation, under "Customer".
					</EmptyState>
				) : (
					<ul className="mt-6 border-line border-t">
						{entries.map((entry) => (
							<li
								key={entry.sender}
								className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-b py-3"
							>
								<div className="min-w-0 flex-1 basis-64">
									<p className="wrap-anywhere font-medium">
										{entry.sessionId ? (
											<Link
												to={`/admin/chat/${entry.sessionId}`}
												className="underline-offset-4 hover:text-accent hover:underline"
											>
												{entry.customerName ?? `Visitor ${entry.sender.slice(0, 8)}`}
											</Link>
										) : (
											(entry.customerName ?? `Visitor ${entry.sender.slice(0, 8)}`)
										)}
									</p>
									<p className="text-ink-soft text-sm">
										{entry.reason === "spam" ? "Spam" : "Blocked"}
										{entry.by ? ` · ${entry.by}` : ""} · <ClockTime iso={entry.at} />
									</p>
								</div>
								<Form method="post" preventScrollReset>
									<input type="hidden" name="sender" value={entry.sender} />
									<Button name="intent" value="unblock" variant="secondary" size="compact">
										Unblock
									</Button>
								</Form>
							</li>
						))}
					</ul>
				)}
			</main>
		</>
	);
}
