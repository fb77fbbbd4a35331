import type { BrowserContext, Page } from "@playwright/test";

/** What stood in the conversation, noted in the page itself, where no test's pace can blur it. */
export interface Observed {
	/** Marks in the order in which they first stood there, with the time of the machine in ms. */
	firstSeen: [mark: string, at: number][];
	/** Marks that stood there twice at once, or below one that was written later. */
	doubled: string[];
}

const KEY = "observed";

/** A word in a message by which it is known: who wrote it, and the how manyeth of theirs it is. */
export const mark = (writer: "agent" | "customer", index: number): string => `#${writer}-${index}#`;

/** Begins to note marks on every page of a context. Loading a page anew loses nothing. */
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

/** The marks as they stand in the conversation now, from top to bottom. */
export async function marksOn(page: Page): Promise<string[]> {
	const text = (await page.getByRole("log", { name: "Conversation" }).textContent()) ?? "";
	return text.match(/#(agent|customer)-\d+#/g) ?? [];
}
