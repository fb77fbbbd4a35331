import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import type { Browser, BrowserKind } from "./browser.ts";

const PATHS = [process.env.FIREFOX_PATH, "/usr/bin/firefox-esr", "/usr/bin/firefox"];
const path = PATHS.find((candidate) => candidate && existsSync(candidate));

/** Firefox, controlled over the protocol WebDriver BiDi. */
export const firefox: BrowserKind = {
	name: "Firefox",
	missing: () => (path ? null : "Firefox (Debian: firefox-esr; or its path as FIREFOX_PATH)"),
	async launch(): Promise<Browser> {
		// Firefox gets its own home folder, because it refuses a home folder that belongs to another user.
		const home = mkdtempSync(join(tmpdir(), "mevi-firefox-"));
		const browser = await puppeteer.launch({
			browser: "firefox",
			executablePath: path,
			headless: true,
			env: { ...process.env, HOME: home },
		});
		const page = await browser.newPage();
		const waiting = { waitUntil: "domcontentloaded" } as const;
		return {
			async open(url) {
				await page.goto(url, waiting);
			},
			// The script goes back as the browser's button does. `page.goBack()` would wait for a load event, which a
			// restored page does not have.
			async back() {
				await page.evaluate("void setTimeout(() => history.back())");
			},
			async forward() {
				await page.evaluate("void setTimeout(() => history.forward())");
			},
			async click(selector) {
				await (await page.waitForSelector(selector, { visible: true }))?.click();
			},
			async type(selector, text) {
				await (await page.waitForSelector(selector, { visible: true }))?.click();
				const [line = "", ...rest] = text.split("\n");
				await page.keyboard.type(line);
				if (rest.length > 0) await page.keyboard.press("Enter");
			},
			evaluate: (expression) => page.evaluate(expression),
			async close() {
				await browser.close();
				rmSync(home, { recursive: true, force: true });
			},
		};
	},
};
