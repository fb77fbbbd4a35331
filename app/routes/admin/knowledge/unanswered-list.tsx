import { Form, Link } from "@remix-run/react";
import { Badge, Button } from "#app/components/ui/index.ts";

export type ListedQuestion = {
	id: string;
	question: string;
	times: number;
	/** The topic of the question; null when unknown. */
	about: string | null;
	/** When a customer last asked the question (ISO 8601), and its day as text. */
	lastAt: string;
	lastDay: string;
	language: string;
	/** The id of the session in which the question was last asked; null when that session is deleted. */
	sessionId: string | null;
};

/** The questions that the assistant could not answer, each with the buttons "Done" and "Ignore". */
export function UnansweredList({ questions }: { questions: ListedQuestion[] }) {
	if (questions.length === 0) {
		return <p className="rounded-card bg-surface-sunken px-4 py-6 text-ink-soft">No unanswered questions.</p>;
	}
	return (
		<ul className="border-line border-t">
			{questions.map(({ id, question, times, about, lastAt, lastDay, language, sessionId }) => (
				<li
					key={id}
					className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-b py-3"
				>
					<div className="min-w-0 flex-1 basis-64">
						<p className="line-clamp-3 break-words" dir="auto">
							{question}
						</p>
						<p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-soft text-sm">
							<Badge tone={times > 2 ? "attention" : "neutral"}>
								{times === 1 ? "Asked once" : `Asked ${times} times`}
							</Badge>
							<span>{language}</span>
							{about ? <span>{about}</span> : null}
							<span>
								last <time dateTime={lastAt}>{lastDay}</time>
							</span>
							{sessionId ? (
								<Link
									to={`/admin/chat/${sessionId}`}
									className="inline-flex items-center text-accent underline-offset-4 hover:underline pointer-coarse:min-h-11"
								>
									Conversation
								</Link>
							) : null}
						</p>
					</div>
					<Form method="post" className="flex gap-2" preventScrollReset>
						<input type="hidden" name="id" value={id} />
						<Button
							name="intent"
							value="done"
							variant="secondary"
							size="compact"
							aria-label={`Done: ${question}`}
						>
							Done
						</Button>
						<Button
							name="intent"
							value="ignore"
							variant="quiet"
							size="compact"
							aria-label={`Ignore: ${question}`}
						>
							Ignore
						</Button>
					</Form>
				</li>
			))}
		</ul>
	);
}
