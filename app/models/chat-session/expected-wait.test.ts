import { expect, it } from "vitest";
import { estimateWait } from "./expected-wait.ts";

it.each([
	["needs three finished waits", [60, 120], [900, 900, 900], null],
	["is the median of the finished waits while nobody waits", [120, 1800, 240], [], 240],
	["takes the lower of two middle waits", [60, 120, 180, 240], [], 120],
	["is not shortened by customers who have just arrived", [120, 240, 1800], [1, 2, 3, 5, 8], 240],
	["stays while more were answered than still wait", [60, 60, 60], [1800, 1800], 60],
	["is not the finished waits' when most customers still wait", [60, 60, 60], [1800, 1900, 2000, 2100], 1800],
	["counts customers who still wait among mixed waits", [60, 60, 600, 900], [700, 800, 1000], 900],
	["is 0 when everybody is answered at once", [0, 0, 0], [], 0],
])("the expected wait %s", (_, taken, waiting, seconds) => {
	expect(estimateWait(taken, waiting)).toBe(seconds);
});

it("does not depend on the order of its input", () => {
	expect(estimateWait([900, 60, 600, 60], [1000, 700, 800])).toBe(
		estimateWait([60, 60, 600, 900], [700, 800, 1000]),
	);
});
