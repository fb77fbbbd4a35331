import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureBuild, SERVER_BUILD } from "#commands/steps/build.ts";

export const SABOTAGES = ["head-check", "replay"] as const;
export type Sabotage = (typeof SABOTAGES)[number];

type Change = { what: RegExp; by: string };

/**
 * The safeguards that are removed from the built server, each as text changes. The run must then report violations; a
 * check that does not notice a removed safeguard would be useless.
 */
const CHANGES: Record<Sabotage, Change[]> = {
	/** Without the head check, events whose wake-up was lost are never delivered. */
	"head-check": [{ what: /async function (checkHeads\d*)\(\) \{/, by: "async function $1() {\n    return;" }],
	/** Without replay, streams and polls start at the newest event, whatever the reader's cursor is. */
	replay: [
		{ what: /at\.public = start\.public;/, by: "at.public = head.public;" },
		{ what: /at\.internal = start\.internal \?\? head\.internal;/, by: "at.internal = head.internal;" },
		{
			// The pattern allows numbers after a name, because the bundler appends numbers to equal names.
			what: /const (page\d*) = await (readPage\d*)\((\w+), streams, at\);/,
			by: "const $1 = await $2($3, streams, { ...at, public: head.public });",
		},
	],
};

/**
 * Copies the built server and removes one safeguard from the copy, so that the product itself has no such switch.
 * @returns the path of the copy's entry file, and a function that removes the copy.
 * @throws when the built server does not contain the safeguard.
 */
export async function sabotageBuild(sabotage: Sabotage): Promise<{ entry: string; remove: () => void }> {
	await ensureBuild();
	// The copy is in a place where Node finds the packages that the server imports, and outside the folder that a build
	// empties.
	const folder = mkdtempSync(join(dirname(SERVER_BUILD), "../../node_modules/.cache/sabotaged-"));
	cpSync(dirname(SERVER_BUILD), folder, { recursive: true });
	const entry = join(folder, "index.js");
	let code = readFileSync(entry, "utf8");
	for (const { what, by } of CHANGES[sabotage]) {
		if (!what.test(code)) {
			rmSync(folder, { recursive: true });
			throw new Error(`The built server has changed: there is no ${what} to take the ${sabotage} out of.`);
		}
		code = code.replace(what, by);
	}
	writeFileSync(entry, code);
	writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
	return { entry, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
