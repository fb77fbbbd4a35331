import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect } from "./fixtures.ts";

/**
 * Two viewports that together cover both colour schemes and both sizes. The other two combinations are not checked,
 * because they rarely have faults of their own.
 */
const VIEWPORTS = [
	{ colorScheme: "light", viewport: { width: 1280, height: 800 } },
	{ colorScheme: "dark", viewport: { width: 390, height: 844 } },
] as const;

/**
 * Checks the page for WCAG A and AA and for content that overflows, and leaves the small viewport set. The check
 * continues after a fault, so that one run reports all faults.
 */
export async function checkAccessibility(page: Page): Promise<void> {
	const { pathname } = new URL(page.url());
	for (const { colorScheme, viewport } of VIEWPORTS) {
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		await page.setViewportSize(viewport);
		const where = `${pathname}, ${colorScheme}, ${viewport.width} px`;
		const overflow = await page.evaluate(
			() => document.documentElement.scrollWidth - document.documentElement.clientWidth,
		);
		expect.soft(overflow, `pixels too wide: ${where}`).toBeLessThanOrEqual(0);
		const { violations } = await new AxeBuilder({ page })
			.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
			// The legacy mode of axe is used, because otherwise axe opens a blank page each time to merge the results of
			// frames, which these pages do not have.
			.setLegacyMode()
			.analyze();
		const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
		expect.soft(found, where).toEqual([]);
	}
}
