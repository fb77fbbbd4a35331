import { BookOpen } from "lucide-react";
import { type FormEvent, type MouseEvent, memo } from "react";
import type { CopilotResult } from "#app/ai/copilot/result.ts";
import { formFieldsOf } from "#app/components/conversation/form-post.ts";
import { FormattedMessage } from "#app/components/conversation/formatted-message.tsx";
import { languageAttributes } from "#app/components/conversation/translation-note.ts";
import { Button, DisclosureMark, Notice, Textarea } from "#app/components/ui/index.ts";
import { isSameLanguage } from "#app/text/language-tag.ts";
import { languageName } from "../labels.ts";
import type { useCopilot } from "./use-copilot.ts";

/**
 * Id of the composer's form. The copilot's buttons belong to that form, so that the draft is posted without scripts
 * too.
 */
export const COMPOSER_ID = "reply";

export type CopilotLanguages = { agent: string; customer: string; hasModel: boolean };

const TASK_LABELS = [
	{ intent: "suggest", name: "Suggest a reply", working: "Looking for a reply", needsModel: false },
	{ intent: "summarise", name: "Summarise", working: "Summarising", needsModel: true },
	{ intent: "rewrite-shorter", name: "Shorter", working: "Shortening your draft", needsModel: true },
	{ intent: "rewrite-friendlier", name: "Friendlier", working: "Rewriting your draft", needsModel: true },
	{ intent: "translate", name: "Translate", working: "Translating your draft", needsModel: true },
];

/**
 * The copilot's buttons below the composer. Each is a submit button of the composer's form, so it works without
 * scripts.
 */
export const CopilotBar = memo(function CopilotBar({
	copilot,
	languages,
}: {
	copilot: ReturnType<typeof useCopilot>;
	languages: CopilotLanguages;
}) {
	const isForeign = !isSameLanguage(languages.agent, languages.customer);
	const ask = (event: MouseEvent<HTMLButtonElement>) => {
		event.preventDefault();
		const { form, value } = event.currentTarget;
		// A second click while a request runs is ignored, because a request costs money. The button is not disabled,
		// because a disabled button loses the focus.
		if (copilot.working === value) return;
		void copilot.ask(value, String(form ? (new FormData(form).get("message") ?? "") : ""));
	};
	return (
		<div className="mt-2">
			<fieldset aria-label="Copilot" className="-mx-1 flex flex-wrap gap-x-1">
				{TASK_LABELS.filter(
					({ intent, needsModel }) =>
						(languages.hasModel || !needsModel) && (intent !== "translate" || isForeign),
				).map(({ intent, name }) => (
					<Button
						key={intent}
						form={COMPOSER_ID}
						name="intent"
						value={intent}
						variant="quiet"
						size="compact"
						className="px-2"
						onClick={ask}
					>
						{intent === "translate" ? `Translate to ${languageName(languages.customer)}` : name}
					</Button>
				))}
			</fieldset>
			{languages.hasModel ? null : (
				<p className="text-ink-soft text-sm">
					{isForeign
						? `The customer writes in ${languageName(languages.customer)}. Translation needs a language model.`
						: "Suggestions come straight from your articles."}
				</p>
			)}
		</div>
	);
});

/** The copilot's result, above the composer. Nothing is sent to the customer before the agent clicks. */
export const CopilotResultPanel = memo(function CopilotResultPanel({
	copilot,
	onUse,
	onSend,
}: {
	copilot: ReturnType<typeof useCopilot>;
	/** Replaces the composer's text by a draft. */
	onUse: (text: string) => void;
	/** Sends a translation to the customer. @returns whether the server accepted the message. */
	onSend: (fields: Record<string, string>) => Promise<boolean>;
}) {
	const { working, result, problem } = copilot;
	const task = TASK_LABELS.find(({ intent }) => intent === working);
	const dismiss = () => {
		copilot.dismiss();
		focusComposer();
	};
	return (
		<>
			{/* This live region is always in the page, because screen readers announce only changes of an existing live
			    region. */}
			<p role="status" className="sr-only">
				{task?.working ?? (result ? `${RESULT_TITLES[result.kind]} is ready` : "")}
			</p>
			{task ? (
				<div className="mb-3 flex items-center justify-between gap-3 text-ink-soft">
					<span aria-hidden="true">{task.working}…</span>
					<Button type="button" variant="quiet" size="compact" onClick={dismiss}>
						Cancel
					</Button>
				</div>
			) : null}
			{problem ? (
				<Notice tone="danger" className="mb-3">
					{problem}
				</Notice>
			) : null}
			{result ? <CopilotResultCard {...{ result, copilot, onUse, onSend, dismiss }} /> : null}
		</>
	);
});

/** Focuses the composer when the focused element of the copilot's result disappears. */
function focusComposer() {
	const form = document.getElementById(COMPOSER_ID);
	form?.querySelector<HTMLTextAreaElement>("textarea")?.focus();
}

function CopilotResultCard({
	result,
	dismiss,
	...rest
}: Parameters<typeof CopilotResultPanel>[0] & { result: CopilotResult; dismiss: () => void }) {
	return (
		<section
			aria-label={RESULT_TITLES[result.kind]}
			className="mb-3 max-h-[30cqh] overflow-y-auto rounded-card border border-line bg-surface-sunken px-3 py-2"
		>
			<div className="flex items-center justify-between gap-3">
				<h2 className="font-medium text-sm">{RESULT_TITLES[result.kind]}</h2>
				{/* The close button is a link, so that it works without scripts: the link loads the page without the
				    copilot's result. */}
				<a
					href="?"
					className="inline-flex min-h-9 items-center text-accent text-sm pointer-coarse:min-h-11"
					onClick={(event) => {
						event.preventDefault();
						dismiss();
					}}
				>
					Dismiss
				</a>
			</div>
			<ResultBody result={result} {...rest} />
		</section>
	);
}

const RESULT_TITLES = {
	suggest: "Suggested reply",
	summarise: "Summary",
	rewrite: "Rewritten draft",
	translate: "Translated draft",
} as const;

function ResultBody({
	result,
	copilot,
	onUse,
	onSend,
}: Parameters<typeof CopilotResultPanel>[0] & { result: CopilotResult }) {
	if (result.kind === "translate") return <SendTranslation {...{ result, copilot, onSend }} />;
	const canUse = result.kind !== "summarise" && result.text !== "";
	function use(event: FormEvent) {
		event.preventDefault();
		onUse(result.text);
		copilot.dismiss();
	}
	return (
		<>
			{result.kind === "suggest" && result.note ? (
				<p className="mb-1 text-ink-soft text-sm">{result.note}</p>
			) : null}
			<div
				{...languageAttributes(result.language ?? undefined)}
				className="wrap-anywhere max-w-measure whitespace-pre-wrap"
			>
				<FormattedMessage text={result.text} isMarkdown />
			</div>
			{result.kind === "suggest" && result.meaning ? (
				<details className="group text-sm">
					<summary className="flex min-h-9 cursor-pointer items-center gap-1 text-ink-soft pointer-coarse:min-h-11">
						<DisclosureMark />
						In your language
					</summary>
					<div
						dir="auto"
						className="wrap-anywhere max-w-measure whitespace-pre-wrap border-line-strong border-s-2 ps-3 text-base"
					>
						<FormattedMessage text={result.meaning} isMarkdown />
					</div>
				</details>
			) : null}
			{result.kind === "suggest" && result.sources.length > 0 ? (
				<ul aria-label="Sources" className="mt-1 flex flex-col gap-1 text-sm">
					{result.sources.map(({ id, title, url, quote }) => (
						<li key={id} className="flex items-start gap-1.5">
							<BookOpen size={14} aria-hidden="true" className="mt-1 shrink-0 text-accent" />
							<a href={url} title={quote} target="_blank" rel="noopener" className="text-accent underline">
								{title}
							</a>
						</li>
					))}
				</ul>
			) : null}
			{canUse ? (
				<form
					method="post"
					onSubmit={use}
					className="sticky -bottom-2 -mx-3 -mb-2 bg-surface-sunken px-3 py-2"
				>
					<input type="hidden" name="intent" value="draft" />
					<input type="hidden" name="message" value={result.text} />
					<Button variant="secondary" size="compact">
						Use as draft
					</Button>
				</form>
			) : null}
		</>
	);
}

/** Shows a translation that the agent checks, and may edit, before it is sent. */
function SendTranslation({
	result,
	copilot,
	onSend,
}: {
	result: Extract<CopilotResult, { kind: "translate" }>;
	copilot: ReturnType<typeof useCopilot>;
	onSend: (fields: Record<string, string>) => Promise<boolean>;
}) {
	async function send(event: FormEvent<HTMLFormElement>) {
		event.preventDefault();
		if (await onSend(formFieldsOf(event))) copilot.dismiss();
	}
	return (
		<form method="post" onSubmit={send} className="flex flex-col gap-2 pb-1">
			<input type="hidden" name="intent" value="reply" />
			<input type="hidden" name="original" value={result.original} />
			<input type="hidden" name="language" value={result.language} />
			<input type="hidden" name="clientMessageId" value={result.clientMessageId} />
			<Textarea
				label="Translation"
				isLabelHidden
				name="message"
				{...languageAttributes(result.language)}
				defaultValue={result.text}
				hint="The customer reads this, with your own words one click away."
			/>
			<Button size="compact" className="self-start">
				Send in {languageName(result.language)}
			</Button>
		</form>
	);
}
