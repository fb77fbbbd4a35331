/** A channel for messages between the tabs of a browser. */
export interface TabChannel<Message> {
	post(message: Message): void;
	close(): void;
}

/**
 * Opens a channel to the other tabs: a BroadcastChannel, or `storage` events, which reach all tabs except the one
 * that writes. Where the browser has neither, no messages are delivered.
 */
export function openTabChannel<Message>(
	name: string,
	onMessage: (message: Message) => void,
): TabChannel<Message> {
	if (typeof BroadcastChannel !== "undefined") {
		const channel = new BroadcastChannel(name);
		channel.addEventListener("message", ({ data }: MessageEvent<Message>) => onMessage(data));
		return { post: (message) => channel.postMessage(message), close: () => channel.close() };
	}
	const key = `mevi-word ${name}`;
	function onStorage(event: StorageEvent) {
		if (event.key === key && event.newValue !== null) onMessage(JSON.parse(event.newValue) as Message);
	}
	globalThis.addEventListener?.("storage", onStorage);
	return {
		post(message) {
			try {
				localStorage.setItem(key, JSON.stringify(message));
				// The storage key is removed after its `storage` event, because a second write of the same value would cause
				// no event.
				localStorage.removeItem(key);
			} catch {
				// The browser's storage is disabled or full. The other tabs then fetch the events themselves, later.
			}
		},
		close: () => globalThis.removeEventListener?.("storage", onStorage),
	};
}
