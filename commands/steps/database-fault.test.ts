import { expect, it } from "vitest";
import { describeDatabaseFault } from "./database-fault.ts";

const coded = (code: string, more: object = {}) =>
	Object.assign(new Error("as the driver says it"), { code, ...more });

it("explains a database error and its remedy, wrapped or not", () => {
	const refused = coded("ECONNREFUSED", { address: "10.0.0.7", port: 5432 });
	for (const error of [
		refused,
		new Error("Failed query", { cause: refused }),
		new AggregateError([refused]),
	]) {
		expect(describeDatabaseFault(error)).toMatch(
			/^The database at 10\.0\.0\.7:5432 cannot be used: nothing answers/,
		);
	}
	expect(describeDatabaseFault(coded("28P01"))).toMatch(
		/^The database cannot be used: it refuses the password/,
	);
});

it("returns null for other errors", () => {
	expect(describeDatabaseFault(new TypeError("a bug"))).toBeNull();
	expect(describeDatabaseFault(coded("ENOENT"))).toBeNull();
});
