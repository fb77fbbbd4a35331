import { freePort } from "../e2e/instance.ts";
import startApp from "../e2e/start-app.ts";
import type { Browser } from "./browser.ts";
import { firefox } from "./firefox.ts";
import { runMainStory } from "./story.ts";
import { webkit } from "./webkit.ts";

/**
 * `npm run test:browsers` runs a test story of a customer and an agent in the supported browsers that the other tests
 * do not use. Browsers that are not installed are listed and do not count as passed.
 */
process.env.E2E_PORT ??= String(await freePort());
const kinds = [firefox, webkit];
const counts = { passed: 0, failed: 0, skipped: 0 };

const installed = kinds.filter((kind) => {
	const missing = kind.missing();
	if (missing === null) return true;
	counts.skipped += 1;
	console.log(`${kind.name}: not run, because ${missing} is not installed.`);
	return false;
});

if (installed.length > 0) {
	const stopApp = await startApp();
	try {
		for (const kind of installed) {
			const open: Browser[] = [];
			const started = Date.now();
			try {
				const customer = await kind.launch();
				open.push(customer);
				const agent = await kind.launch();
				open.push(agent);
				await runMainStory(customer, agent, `http://localhost:${process.env.E2E_PORT}`);
				counts.passed += 1;
				console.log(`${kind.name}: passed in ${Math.round((Date.now() - started) / 1000)} s.`);
			} catch (error) {
				counts.failed += 1;
				console.error(`${kind.name}: failed.`, error);
			} finally {
				for (const browser of open) await browser.close();
			}
		}
	} finally {
		await stopApp();
	}
}

console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
process.exitCode = counts.failed > 0 ? 1 : 0;
