/** Reads a draft from the tab's session storage. @returns "" when there is none, or storage is off. */
export function readDraft(key: string): string {
	try {
		return sessionStorage.getItem(key) ?? "";
	} catch {
		return "";
	}
}

/** Stores a draft in the tab's session storage; "" removes it. */
export function writeDraft(key: string, text: string): void {
	try {
		if (text === "") sessionStorage.removeItem(key);
		else sessionStorage.setItem(key, text);
	} catch {
		// Storage is off: the draft exists only as long as the page.
	}
}
