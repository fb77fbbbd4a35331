/** An old and a new name of a storage key. */
export type KeyRename = { from: string; to: string };

/**
 * Moves a guest's stored data (unsent messages, drafts) to the customer that the guest has become. No message is
 * duplicated: each message keeps its id, and the server writes one message for each id, whichever tab sends it.
 *
 * @param renames old and new names of keys; a stored key may continue after its name with a space and other text.
 * Existing keys with the new name are not overwritten.
 * @param storages the storages to search; a disabled one is skipped.
 */
export function moveGuestData(renames: KeyRename[], storages: (() => Storage)[]): void {
	if (renames.length === 0) return;
	for (const open of storages) {
		try {
			const storage = open();
			const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
			for (const key of keys) if (key !== null) moveStorageKey(storage, key, renames);
		} catch {
			// The browser's storage is disabled or full: the remaining keys stay, and the next page moves them.
		}
	}
}

function moveStorageKey(storage: Storage, key: string, renames: KeyRename[]): void {
	const rename = renames.find(({ from }) => key === from || key.startsWith(`${from} `));
	const value = rename && storage.getItem(key);
	if (!rename || !value) return;
	const newKey = rename.to + key.slice(rename.from.length);
	// The new key is written before the old key is removed, so that a full storage loses nothing.
	if (storage.getItem(newKey) === null) storage.setItem(newKey, value);
	storage.removeItem(key);
}
