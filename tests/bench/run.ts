import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "#commands/steps/command.ts";
import { type AnswerReading, answerMarkdown, measureAnswers } from "./answer.ts";
import type { ContenderKind } from "./contender.ts";
import { openBenchDatabase } from "./database.ts";
import { MEASURES, measureSide, type Reading } from "./measures.ts";
import { compare, toMarkdown } from "./report.ts";

/**
 * `npm run bench` compares our chat with Socket.IO and its Postgres adapter, and measures how much time our assistant
 * adds before the first word of a model. Method and explanation: docs/benchmarks.md.
 */

const ANSWER = "answer";

await runCommand(async () => {
	const options = readOptions();
	const database = await openBenchDatabase();
	const readings: Reading[] = [];
	let answer: AnswerReading | null = null;
	try {
		for (let repeat = 1; repeat <= options.repeats; repeat += 1) {
			// In each repeat the other contender is measured first, because the second one finds a warmer or busier
			// machine.
			const order: ContenderKind[] = repeat % 2 === 1 ? ["ours", "socket.io"] : ["socket.io", "ours"];
			for (const kind of order) {
				readings.push(...(await measureSide(kind, { database, plan: options, repeat, print })));
			}
		}
		if (options.only.has(ANSWER)) answer = await measureAnswers({ database, questions: 60 });
	} finally {
		await database.close();
	}

	const comparisons = compare(readings);
	if (comparisons.length > 0) process.stdout.write(`\n${toMarkdown(comparisons, readings)}\n`);
	if (answer) process.stdout.write(`\n${answerMarkdown(answer)}\n`);
	const ourFaults = readings.filter(({ kind, fault }) => kind === "ours" && fault !== null);
	if (options.json) {
		const report = { at: new Date().toISOString(), machine: machine(), comparisons, readings, answer };
		writeFileSync(options.json, `${JSON.stringify(report, null, "\t")}\n`);
	}
	if (ourFaults.length > 0) {
		const faultLines = ourFaults.map(
			({ measure, repeat, fault }) => `${measure}, repeat ${repeat}: ${fault}`,
		);
		throw new CommandError(`Ours was not correct. ${faultLines.join("; ")}.`);
	}
});

function readOptions() {
	const { values } = parseArgs({
		options: {
			repeats: { type: "string", default: "3" },
			seconds: { type: "string", default: "10" },
			limits: { type: "string", default: "off" },
			only: { type: "string", default: [...MEASURES, ANSWER].join(",") },
			json: { type: "string" },
		},
	});
	const only = new Set(values.only.split(",").map((name) => name.trim()));
	for (const name of only) {
		if (name === ANSWER || MEASURES.includes(name)) continue;
		throw new CommandError(`There is no measure "${name}". There are: ${[...MEASURES, ANSWER].join(", ")}.`);
	}
	return {
		only,
		repeats: positive("repeats", values.repeats),
		seconds: positive("seconds", values.seconds),
		hasLimits: values.limits === "on",
		json: values.json,
	};
}

function positive(name: string, text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new CommandError(`--${name} must be a number above 0.`);
}

function machine() {
	return { node: process.version, processors: cpus().map(({ model }) => model), memoryBytes: totalmem() };
}

function print(line: string): void {
	process.stderr.write(`${line}\n`);
}
