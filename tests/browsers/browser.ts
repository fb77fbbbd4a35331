/** One browser window with a profile of its own, as the story needs it; each browser's driver implements it. */
export interface Browser {
	/** Loads an address, at least until its document is there. */
	open(url: string): Promise<void>;
	back(): Promise<void>;
	forward(): Promise<void>;
	/** Clicks the element as a person would. @param selector CSS; the first match is meant. */
	click(selector: string): Promise<void>;
	/** Types into the element. A line feed is the Enter key. */
	type(selector: string, text: string): Promise<void>;
	/** Evaluates an expression in the page. @returns its value, as JSON can carry it. */
	evaluate(expression: string): Promise<unknown>;
	close(): Promise<void>;
}

/** A kind of browser that may be installed on this machine. */
export interface Kind {
	name: string;
	/** What must be installed, and is not; null when it is. */
	missing(): string | null;
	launch(): Promise<Browser>;
}

const WAIT_MS = 30_000;
const LOOK_EVERY_MS = 100;

/** Waits until an expression is true in the page. @throws with what was waited for, and what the page shows. */
export async function until(browser: Browser, what: string, expression: string): Promise<void> {
	const deadline = Date.now() + WAIT_MS;
	// The document may be on its way out while it is looked at.
	while (!(await browser.evaluate(`Boolean(${expression})`).catch(() => false))) {
		if (Date.now() > deadline) {
			const shown = await browser.evaluate("location.href + '\\n' + document.body.innerText").catch(String);
			throw new Error(`${what}: not within ${WAIT_MS / 1000} s. The page shows:\n${shown}`);
		}
		await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
	}
}
