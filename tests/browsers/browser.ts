/** One browser window with its own profile. A file for each kind of browser implements this interface. */
export interface Browser {
	/** Loads a URL, at least until the document is loaded. */
	open(url: string): Promise<void>;
	back(): Promise<void>;
	forward(): Promise<void>;
	/** Clicks the element with the mouse. @param selector CSS; the first match is used. */
	click(selector: string): Promise<void>;
	/** Types text into the element. A line feed in the text presses Enter. */
	type(selector: string, text: string): Promise<void>;
	/** Evaluates a JavaScript expression in the page. @returns the expression's value, which must be JSON. */
	evaluate(expression: string): Promise<unknown>;
	close(): Promise<void>;
}

/** A kind of browser that may be installed on this machine. */
export interface BrowserKind {
	name: string;
	/** The program that is missing on this machine; null when the browser is installed. */
	missing(): string | null;
	launch(): Promise<Browser>;
}

const WAIT_TIMEOUT_MS = 30_000;
const POLL_INTERVAL_MS = 100;

/**
 * Waits until a JavaScript expression is true in the page. @throws after a time limit, an error with `what` and the
 * text of the page.
 */
export async function until(browser: Browser, what: string, expression: string): Promise<void> {
	const deadline = Date.now() + WAIT_TIMEOUT_MS;
	// An error is ignored, because the expression fails while the browser replaces the document.
	while (!(await browser.evaluate(`Boolean(${expression})`).catch(() => false))) {
		if (Date.now() > deadline) {
			const shown = await browser.evaluate("location.href + '\\n' + document.body.innerText").catch(String);
			throw new Error(`${what}: not within ${WAIT_TIMEOUT_MS / 1000} s. The page shows:\n${shown}`);
		}
		await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
	}
}
