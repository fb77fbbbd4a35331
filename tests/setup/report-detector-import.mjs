// For `node --import`: reports on standard output when the process imports the language detector. With
// MISSING_DETECTOR=yes the import fails, as when the package is missing.
import { register } from "node:module";

const hooks = `
	import { writeSync } from "node:fs";
	export async function resolve(specifier, context, next) {
		if (specifier === "eld/small") {
			writeSync(1, "importing the language detector\\n");
			if (process.env.MISSING_DETECTOR === "yes") throw new Error("There is no language detector.");
		}
		return next(specifier, context);
	}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
