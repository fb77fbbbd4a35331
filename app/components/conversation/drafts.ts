/** Text that was typed and not sent, kept in the browser's tab under a key for each reader and conversation. */

/** @returns the kept text; "" when there is none, or the browser keeps nothing. */
export function readDraft(key: string): string {
	try {
		return sessionStorage.getItem(key) ?? "";
	} catch {
		return "";
	}
}

/** Keeps a text; "" removes it. */
export function writeDraft(key: string, text: string): void {
	try {
		if (text === "") sessionStorage.removeItem(key);
		else sessionStorage.setItem(key, text);
	} catch {
		// Storage is switched off: the draft lives as long as the page.
	}
}
