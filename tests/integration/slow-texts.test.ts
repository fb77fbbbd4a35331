import { describe, expect, it } from "vitest";
import { isFrustrated } from "#app/ai/escalation/frustration.ts";
import { mentionsInjuryOrDanger, mentionsLegalAction } from "#app/ai/escalation/sensitive-topics.ts";
import { classifyIntent } from "#app/ai/intent/classify.server.ts";
import { isPersonRequest } from "#app/ai/intent/person-request.ts";
import { detectLanguage } from "#app/ai/language/detect-language.server.ts";
import { withoutPersonalData } from "#app/models/customer/personal-data.ts";
import { MESSAGE_LIMIT } from "#app/models/message/text.ts";
import { extractOrderNumbers } from "#app/models/order/numbers.ts";

/**
 * Parts whose repetition makes a regular expression slow if it can match the same characters in two ways. The time to
 * analyse a message may only grow linearly with its length, because a slow analysis delays all customers of the
 * process.
 */
const REPEATED_PARTS = [
	"a@",
	"a.",
	"a-",
	"a",
	"#",
	"1",
	"1 ",
	"12-",
	"+1 ",
	"w ",
	"no ",
	"order no. number is ",
	"i ",
	"i want to ",
	"talk to a ",
	"!?",
	"[",
	"<a",
	" ",
	"你",
	"أ",
	"\u200d",
	"\ufdfa",
];

const textOf = (part: string, length: number): string => part.repeat(length).slice(0, length);

const READERS: Record<string, (text: string) => unknown> = {
	classifyIntent,
	wantsPerson: isPersonRequest,
	isFrustrated,
	isLegal: mentionsLegalAction,
	isAboutSafety: (text) => mentionsInjuryOrDanger(`is bleeding ${text}`),
	extractOrderNumbers,
	withoutPersonalData: (text) => withoutPersonalData(text, "Ann Lee"),
	detectLanguage: (text) => detectLanguage(text, { locale: "en" }),
};

/**
 * The processor time of `work` in milliseconds: the minimum of three runs, so that other processes and garbage
 * collection have little influence.
 */
async function processorMs(work: () => unknown): Promise<number> {
	const times = [];
	for (let run = 0; run < 3; run++) {
		const before = process.cpuUsage();
		await work();
		const { user, system } = process.cpuUsage(before);
		times.push((user + system) / 1_000);
	}
	return Math.min(...times);
}

/** Measured times below this are not compared, because the clock's resolution and garbage collection dominate them. */
const NOISE_MS = 2;
/**
 * Largest allowed factor of the time for a text of ten times the length: a linear function takes 10 times as long, a
 * quadratic one 100 times.
 */
const MAX_GROWTH = 40;

describe("the time to read a message", () => {
	it.each(Object.keys(READERS))(
		"grows no faster than its length in %s",
		async (name) => {
			const read = READERS[name] ?? (() => {});
			// A first call is not measured, because it loads data once.
			await read("where is my order");
			for (const part of REPEATED_PARTS) {
				const long = await processorMs(() => read(textOf(part, MESSAGE_LIMIT)));
				if (long <= NOISE_MS * MAX_GROWTH) continue;
				const short = await processorMs(() => read(textOf(part, MESSAGE_LIMIT / 10)));
				expect(long / Math.max(short, NOISE_MS), JSON.stringify(part)).toBeLessThan(MAX_GROWTH);
			}
		},
		120_000,
	);
});
