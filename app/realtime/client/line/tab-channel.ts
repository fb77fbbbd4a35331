/** What the tabs of a browser tell each other under one name. */
export interface TabChannel<Word> {
	say(word: Word): void;
	close(): void;
}

/**
 * Opens a channel to the other tabs: a BroadcastChannel, or the events that a browser's storage sends to all tabs
 * but the one that writes. Where neither is to be had, nobody hears anything.
 */
export function openTabChannel<Word>(name: string, hear: (word: Word) => void): TabChannel<Word> {
	if (typeof BroadcastChannel !== "undefined") {
		const channel = new BroadcastChannel(name);
		channel.addEventListener("message", ({ data }: MessageEvent<Word>) => hear(data));
		return { say: (word) => channel.postMessage(word), close: () => channel.close() };
	}
	const key = `mevi-word ${name}`;
	function onStorage(event: StorageEvent) {
		if (event.key === key && event.newValue !== null) hear(JSON.parse(event.newValue) as Word);
	}
	globalThis.addEventListener?.("storage", onStorage);
	return {
		say(word) {
			try {
				localStorage.setItem(key, JSON.stringify(word));
				// Told already; and the same word again would be no change.
				localStorage.removeItem(key);
			} catch {
				// Switched off or full: each tab finds out by itself, more slowly.
			}
		},
		close: () => globalThis.removeEventListener?.("storage", onStorage),
	};
}
