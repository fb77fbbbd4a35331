import { existsSync, readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod/v4";
import { CommandError } from "../steps/command.ts";

const slugs = z.union([z.string(), z.array(z.string()).min(1)]).transform((value) => [value].flat());

/** A test question and, where known, the expected answer. */
const question = z.strictObject({
	question: z.string().min(1).max(10_000),
	/** Language of the page on which the question is asked. */
	locale: z.string().default("en"),
	/** Slug of the article with the answer; several slugs if each of these articles is right. */
	article: slugs.optional(),
	/** Slugs of the articles that are all needed, when one message asks several questions. */
	articles: z.array(z.string()).min(2).optional(),
	/** Texts that a complete answer contains, as they stand in the article. */
	keywords: z.array(z.string().min(1)).optional(),
	/** Statements that would be false. The same words after a negation, as in "not 30 days", are not counted. */
	forbidden: z.array(z.string().min(1)).optional(),
	/** `false` means that the store's articles do not answer the question, and the assistant should say that. */
	answered: z.boolean().optional(),
	/** Whether the assistant should call a person. */
	escalates: z.boolean().optional(),
	/** Expected language of the answer. */
	language: z.string().optional(),
	/** Id of the customer who asks the question; without it the customer is anonymous. */
	customer: z.string().optional(),
});
export type EvaluationQuestion = z.infer<typeof question>;

/** Reads a file of test questions: a list in YAML or JSON. @throws CommandError that names the first invalid entry. */
export function readQuestions(path: string): EvaluationQuestion[] {
	if (!existsSync(path)) throw new CommandError(`There is no file ${path}.`);
	let content: unknown;
	try {
		content = parse(readFileSync(path, "utf8"));
	} catch (error) {
		throw new CommandError(`${path} is neither YAML nor JSON: ${(error as Error).message.split("\n")[0]}.`);
	}
	const parsed = z.array(question).min(1).safeParse(content);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	const entry = issue?.path.length
		? `entry ${Number(issue.path[0]) + 1} ${issue.path.slice(1).join(".")}`
		: "it";
	throw new CommandError(`${path} cannot be used: ${entry.trim()}: ${issue?.message}.`);
}
