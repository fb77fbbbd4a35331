import { writeFileSync } from "node:fs";
import { Session } from "node:inspector";

// For the measure of a message's path: on SIGUSR2 the server writes the functions that were called since the last
// signal, as V8 counts them, to the file COVERAGE_FILE, and prints "coverage".
const session = new Session();
session.connect();
session.post("Profiler.enable");
session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
process.on("SIGUSR2", () => {
	session.post("Profiler.takePreciseCoverage", (error, coverage) => {
		if (error) throw error;
		writeFileSync(process.env.COVERAGE_FILE, JSON.stringify(coverage.result));
		process.stdout.write("coverage\n");
	});
});
