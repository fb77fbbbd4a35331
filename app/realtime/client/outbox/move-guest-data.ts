/** An old and a new name of a storage key. */
export type KeyRename = { from: string; to: string };

/**
 * Moves a guest's stored data (unsent messages, drafts) to the customer that the guest has become. Nothing is
 * duplicated: a message keeps its id, under which the server writes it once, whichever tab sends it.
 *
 * @param renames names of keys, which may be followed by a blank and more. Existing keys with the new name stay.
 * @param storages the storages to search; a disabled one is skipped.
 */
export function moveGuestData(renames: KeyRename[], storages: (() => Storage)[]): void {
	if (renames.length === 0) return;
	for (const open of storages) {
		try {
			const storage = open();
			const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
			for (const key of keys) if (key !== null) move(storage, key, renames);
		} catch {
			// Disabled or full: the remaining keys stay, and the next page moves them.
		}
	}
}

function move(storage: Storage, key: string, renames: KeyRename[]): void {
	const rename = renames.find(({ from }) => key === from || key.startsWith(`${from} `));
	const value = rename && storage.getItem(key);
	if (!rename || !value) return;
	const newKey = rename.to + key.slice(rename.from.length);
	// Written before the old key is removed, so that a full storage loses nothing.
	if (storage.getItem(newKey) === null) storage.setItem(newKey, value);
	storage.removeItem(key);
}
