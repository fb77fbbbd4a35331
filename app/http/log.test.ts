import { DrizzleQueryError } from "drizzle-orm";
import { expect, it } from "vitest";
import { describeError } from "./log.server.ts";

it("logs the statement and the stack of a failed query without its parameters", () => {
	const said = "my card is 4111\n    at home, says Ada\nparams: more";
	const cause = new Error("connection refused");
	const error = new DrizzleQueryError(
		"insert into chat_messages values ($1)",
		[said, "ada@example.test"],
		cause,
	);
	const described = JSON.stringify(describeError(error));
	expect(described).toContain("insert into chat_messages");
	expect(described).toContain("connection refused");
	expect(described).toContain("log.test.ts");
	expect(described).not.toMatch(/4111|ada@example|params/);
});

it("leaves other errors as they are", () => {
	expect(describeError(new RangeError("too far"))).toMatchObject({
		type: "RangeError",
		message: expect.stringContaining("too far"),
	});
	expect(describeError("a word")).toBe("a word");
});
