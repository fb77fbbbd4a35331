import type { BrowserContext, Page } from "@playwright/test";

/** The messages that a page has shown. A script in the page records them, so the speed of the test does not matter. */
export interface Observed {
	/** The marks of messages in the order in which they were first shown, with the time in ms. */
	firstSeen: [mark: string, at: number][];
	/** The marks of messages that were shown twice at the same time. */
	doubled: string[];
}

const KEY = "observed";

/** The mark of a message: a text in the message that identifies it by its writer and number. */
export const formatMark = (writer: "agent" | "customer", index: number): string => `#${writer}-${index}#`;

/** Starts recording the marks of messages on every page of a browser context. The record survives a reload. */
export async function observeConversations(context: BrowserContext): Promise<void> {
	await context.addInitScript((key) => {
		const observed = JSON.parse(sessionStorage.getItem(key) ?? '{"firstSeen":[],"doubled":[]}');
		const look = () => {
			const text = document.querySelector('[role="log"]')?.textContent ?? "";
			const marks: string[] = text.match(/#(agent|customer)-\d+#/g) ?? [];
			for (const [index, found] of marks.entries()) {
				if (marks.indexOf(found) !== index && !observed.doubled.includes(found)) observed.doubled.push(found);
				if (observed.firstSeen.some(([seen]: [string]) => seen === found)) continue;
				observed.firstSeen.push([found, Date.now()]);
			}
			sessionStorage.setItem(key, JSON.stringify(observed));
		};
		new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
	}, KEY);
}

export async function readObserved(page: Page): Promise<Observed> {
	const text = await page.evaluate((key) => sessionStorage.getItem(key), KEY);
	return text ? (JSON.parse(text) as Observed) : { firstSeen: [], doubled: [] };
}

/** The marks of the messages that the page shows now, from top to bottom. */
export async function readMarks(page: Page): Promise<string[]> {
	const text = (await page.getByRole("log", { name: "Conversation" }).textContent()) ?? "";
	return text.match(/#(agent|customer)-\d+#/g) ?? [];
}
