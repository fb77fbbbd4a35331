import { expect, it } from "vitest";
import { containsKeyword, statesForbidden } from "./statements.ts";

it("finds a required text whatever its case, marks and line breaks", () => {
	expect(
		containsKeyword("Within **14 Days**\nof delivery, it’s free.", "14 days of delivery, it's free"),
	).toBe(true);
	expect(containsKeyword("Within 14 working days.", "14 days")).toBe(false);
});

it.each([
	["You have 30 days.", true],
	["You do not have 30 days.", false],
	["It is 14 and not 30 days.", false],
	["You don't have 30 days, but members have 30 days.", true],
	["No fee. You have 30 days.", true],
	["You have 14 days.", false],
])("finds a false statement, but not a negated one: %s", (answer, isStated) => {
	expect(statesForbidden(answer, "30 days")).toBe(isStated);
});
