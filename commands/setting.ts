import { CommandError, runCommand } from "./steps/command.ts";
import { withDatabase } from "./steps/database.ts";

const USAGE =
	"npm run setting -- KEY [JSON], such as npm run setting -- queue '{\"answerWithinMinutes\": 5}'";

/**
 * Shows or changes settings: `npm run setting` lists the keys, `npm run setting -- KEY` shows a setting's value, and
 * `npm run setting -- KEY JSON` sets it; the value `null` restores the default.
 */
await runCommand(async () => {
	const [key, json, ...rest] = process.argv.slice(2);
	if (rest.length > 0) throw new CommandError(`Type it like this: ${USAGE}.`);
	const { SETTING_KEYS } = await import("#app/models/setting/shapes.ts");
	if (!key) return void process.stdout.write(`${SETTING_KEYS.join("\n")}\n`);
	const known = SETTING_KEYS.find((one) => one === key);
	if (!known) throw new CommandError(`There is no setting ${key}. There are: ${SETTING_KEYS.join(", ")}.`);
	const value = json === undefined ? undefined : parseJson(json);
	const shown = await withDatabase(async () => {
		const { resetSetting, getSetting, saveSetting } = await import("#app/models/setting/store.server.ts");
		const { Invalid } = await import("#app/models/errors.ts");
		try {
			if (value === null) await resetSetting(known);
			else if (value !== undefined) await saveSetting(known, value);
		} catch (error) {
			if (!(error instanceof Invalid)) throw error;
			const problems = Object.entries(error.fieldErrors).map(
				([field, texts]) => `${field}: ${texts.join(" ")}`,
			);
			throw new CommandError(problems.join("\n"));
		}
		return getSetting(known);
	});
	process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
});

function parseJson(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		throw new CommandError(`That is no JSON. Type it like this: ${USAGE}.`);
	}
}
