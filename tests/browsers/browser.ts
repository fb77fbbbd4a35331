/** One browser window with its own profile. The driver of each browser implements it. */
export interface Browser {
	/** Loads a URL, at least until the document is loaded. */
	open(url: string): Promise<void>;
	back(): Promise<void>;
	forward(): Promise<void>;
	/** Clicks the element with the mouse. @param selector CSS; the first match is used. */
	click(selector: string): Promise<void>;
	/** Types into the element. A line feed presses Enter. */
	type(selector: string, text: string): Promise<void>;
	/** Evaluates an expression in the page. @returns its value, which must be JSON. */
	evaluate(expression: string): Promise<unknown>;
	close(): Promise<void>;
}

/** A browser that may be installed on this machine. */
export interface BrowserKind {
	name: string;
	/** What must be installed; null when it is installed. */
	missing(): string | null;
	launch(): Promise<Browser>;
}

const WAIT_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 100;

/** Waits until an expression is true in the page. @throws an error with `what` and the text of the page. */
export async function until(browser: Browser, what: string, expression: string): Promise<void> {
	const deadline = Date.now() + WAIT_TIMEOUT_MS;
	// The expression fails while the document is replaced.
	while (!(await browser.evaluate(`Boolean(${expression})`).catch(() => false))) {
		if (Date.now() > deadline) {
			const shown = await browser.evaluate("location.href + '\\n' + document.body.innerText").catch(String);
			throw new Error(`${what}: not within ${WAIT_TIMEOUT_MS / 1000} s. The page shows:\n${shown}`);
		}
		await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
	}
}
