/**
 * Reads a draft from the tab's session storage.
 * @returns "" when there is no draft, or when the storage is disabled.
 */
export function readDraft(key: string): string {
	try {
		return sessionStorage.getItem(key) ?? "";
	} catch {
		return "";
	}
}

/** Stores a draft in the tab's session storage; "" removes the draft. */
export function writeDraft(key: string, text: string): void {
	try {
		if (text === "") sessionStorage.removeItem(key);
		else sessionStorage.setItem(key, text);
	} catch {
		// The session storage is disabled or full: the draft exists only as long as the page.
	}
}
