import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { StoreOptions } from "./store/options.ts";
import { createConversationStore } from "./store/store.ts";

/**
 * A conversation that keeps itself up to date. The store lives as long as the page shows the same
 * conversation; `key` it by session to change.
 */
export function useConversation(options: StoreOptions) {
	const [store] = useState(() => createConversationStore(options));
	const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
	const started = useRef(store);
	useEffect(() => started.current.start(), []);
	return useMemo(() => ({ ...snapshot, ...store.actions }), [snapshot, store]);
}
