import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/** Both colour schemes and both sizes, in two looks: a fault of one hardly ever hides behind the other. */
const LOOKS = [
	{ colorScheme: "light", viewport: { width: 1280, height: 800 } },
	{ colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

/**
 * Looks at the page as it is now, by WCAG A and AA and for what does not fit, and leaves it small. Goes on after a
 * fault: one run shows all of them.
 */
export async function inspect(page: Page): Promise<void> {
	const { pathname } = new URL(page.url());
	for (const { colorScheme, viewport } of LOOKS) {
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		await page.setViewportSize(viewport);
		const where = `${pathname}, ${colorScheme}, ${viewport.width} px`;
		const overflow = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		expect.soft(overflow, `pixels too wide: ${where}`).toBeLessThanOrEqual(0);
		const { violations } = await new AxeBuilder({ page })
			.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
			// The other mode opens a blank page for each look, to put together results of frames; there are none.
			.setLegacyMode()
			.analyze();
		const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
		expect.soft(found, where).toEqual([]);
	}
}
