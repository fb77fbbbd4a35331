/** What a browser keeps under one name, and the name it shall have from now on. */
export type Rename = { from: string; to: string };

/**
 * Gives what a guest's pages kept (unsent messages, drafts) to the customer the guest has become. Nothing is ever
 * doubled: a message keeps its id, under which the server writes it once, whichever tab sends it.
 *
 * @param renames names of keys, which may be followed by a blank and more. What has the new name already stays.
 * @param storages where to look; one that is switched off is left alone.
 */
export function adopt(renames: Rename[], storages: (() => Storage)[]): void {
	if (renames.length === 0) return;
	for (const open of storages) {
		try {
			const storage = open();
			const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
			for (const key of keys) if (key !== null) move(storage, key, renames);
		} catch {
			// Switched off or full: what cannot be moved stays where it is, and is found by the next page.
		}
	}
}

function move(storage: Storage, key: string, renames: Rename[]): void {
	const rename = renames.find(({ from }) => key === from || key.startsWith(`${from} `));
	const value = rename && storage.getItem(key);
	if (!rename || !value) return;
	const newKey = rename.to + key.slice(rename.from.length);
	// Written before the old one is removed: a full storage must lose nothing.
	if (storage.getItem(newKey) === null) storage.setItem(newKey, value);
	storage.removeItem(key);
}
