/** A channel between the tabs of a browser. */
export interface TabChannel<Message> {
	post(message: Message): void;
	close(): void;
}

/**
 * Opens a channel to the other tabs: a BroadcastChannel, or `storage` events, which reach all tabs but the writing one.
 * Where both are missing, no messages are delivered.
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
				// The event was sent; without removal an equal message would be no change.
				localStorage.removeItem(key);
			} catch {
				// Disabled or full: the other tabs fetch the events themselves, later.
			}
		},
		close: () => globalThis.removeEventListener?.("storage", onStorage),
	};
}
