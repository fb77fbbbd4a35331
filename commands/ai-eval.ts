import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { env } from "#app/env.server.ts";
import { createChangedStore, readSettings } from "./eval/changed-store.ts";
import { type EvaluationQuestion, readQuestions } from "./eval/questions.ts";
import { formatReport, type Variant } from "./eval/report.ts";
import { runNode } from "./eval/run-node.ts";
import type { Outcome, VariantInput, VariantLine } from "./eval/variant.ts";
import { CommandError, runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";
import { ROOT } from "./steps/root.ts";

/**
 * Asks the assistant a set of test questions and prints the results, for the present store and, with changed articles
 * or settings, for the changed store: `npm run ai:eval -- [FILE] [--recent DAYS] [--knowledge DIR] [--settings FILE]
 * [--limit N] [--json FILE]`. The command does not affect customers.
 */

const USAGE =
	"npm run ai:eval -- [FILE] [--recent DAYS] [--knowledge DIR] [--settings FILE] [--limit N] [--json FILE]";
/** The test questions for the demo store, used when the command names no file. */
const DEMO_QUESTIONS = join(ROOT, "demo/seed/evaluation.yaml");
const MAX_RECENT_QUESTIONS = 200;
/** Days of the reports about the answer cache and the customers' feedback. */
const REPORT_DAYS = 7;

await runCommand(async () => {
	const { file, options } = readArguments();
	const limit =
		options.limit === undefined ? Number.POSITIVE_INFINITY : parseWholeNumber("--limit", options.limit);
	const settings = options.settings === undefined ? {} : readSettings(options.settings);
	if (options.knowledge !== undefined && !existsSync(options.knowledge)) {
		throw new CommandError(`There is no folder ${options.knowledge}.`);
	}
	const isChanged = options.knowledge !== undefined || options.settings !== undefined;
	await withDatabase(async () => {
		const questions = (await chooseQuestions()).slice(0, limit);
		if (questions.length === 0) throw new CommandError("No customer has asked anything in that time.");
		const databaseUrl = env().DATABASE_URL ?? "";
		const variants = [await answerQuestions("as it is", questions, databaseUrl)];
		if (isChanged) {
			const changed = await createChangedStore(databaseUrl, { knowledge: options.knowledge, settings });
			try {
				variants.push(await answerQuestions("changed", questions, changed.url));
			} finally {
				await changed.drop();
			}
		}
		process.stdout.write(
			`${formatReport(questions, variants)}\n\n${await reportCache()}\n${await reportFeedback()}\n`,
		);
		if (options.json) writeFileSync(options.json, `${JSON.stringify({ questions, variants }, null, "\t")}\n`);
	});

	async function chooseQuestions(): Promise<EvaluationQuestion[]> {
		if (options.recent === undefined) return readQuestions(file ?? DEMO_QUESTIONS);
		const { readRecentQuestions } = await import("./eval/recent-questions.server.ts");
		return readRecentQuestions({
			days: parseWholeNumber("--recent", options.recent),
			limit: MAX_RECENT_QUESTIONS,
		});
	}
});

/**
 * The share of customers' answers that came from the answer cache. The questions of this evaluation never use the
 * cache.
 */
async function reportCache(): Promise<string> {
	const { readAnswerCacheStatistics } = await import("#app/models/ai-turn/answer-cache.server.ts");
	const { answers, fromCache, kept } = await readAnswerCacheStatistics(REPORT_DAYS);
	const share = answers > 0 ? ` (${Math.round((fromCache / answers) * 100)} %)` : "";
	return `Answer cache: ${fromCache} of customers' ${answers} answers in the last ${REPORT_DAYS} days${share} came from it; it has ${kept} answers.`;
}

/** The customers' feedback on the answers that they got. */
async function reportFeedback(): Promise<string> {
	const { countFeedback } = await import("#app/models/ai-turn/feedback.server.ts");
	const { helpful, unhelpful } = await countFeedback(REPORT_DAYS);
	return `Feedback of customers in the last ${REPORT_DAYS} days: ${helpful} answers helped, ${unhelpful} did not.`;
}

/**
 * Answers every test question with the store in the database of a URL.
 * @throws CommandError when the process that answers fails.
 */
async function answerQuestions(
	name: string,
	questions: EvaluationQuestion[],
	databaseUrl: string,
): Promise<Variant> {
	const outcomes: Outcome[] = [];
	const showsProgress = process.stderr.isTTY;
	const input: VariantInput = { questions };
	const { code, stderr } = await runNode("commands/eval/run-variant.ts", [], databaseUrl, {
		input: `${JSON.stringify(input)}\n`,
		onLine(line) {
			const { index, outcome } = JSON.parse(line) as VariantLine;
			outcomes[index] = outcome;
			if (showsProgress) process.stderr.write(`\r${name}: ${index + 1} of ${questions.length}`);
		},
	});
	if (showsProgress) process.stderr.write("\n");
	if (code !== 0)
		throw new CommandError(`The questions could not be asked: ${stderr.trim().split("\n").at(-1)}.`);
	return { name, outcomes };
}

function readArguments() {
	try {
		const { positionals, values } = parseArgs({
			allowPositionals: true,
			options: {
				recent: { type: "string" },
				knowledge: { type: "string" },
				settings: { type: "string" },
				limit: { type: "string" },
				json: { type: "string" },
			},
		});
		if (positionals.length <= 1) return { file: positionals[0], options: values };
	} catch {
		// The command has an unknown option, so its usage line is printed.
	}
	throw new CommandError(`Type it like this: ${USAGE}.`);
}

function parseWholeNumber(name: string, text: string): number {
	if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
	throw new CommandError(`${name} needs a whole number, not ${text}.`);
}
