import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import type { StoreOptions } from "./store/options.ts";
import { createConversationStore } from "./store/store.ts";

/**
 * The live state of a session, for React. The store exists as long as the component; give the component the session
 * as its `key`, so that another session gets a new store.
 */
export function useConversation(options: StoreOptions) {
	const [store] = useState(() => createConversationStore(options));
	const snapshot = useSyncExternalStore(store.subscribe, store.snapshot, store.snapshot);
	const started = useRef(store);
	useEffect(() => started.current.start(), []);
	return useMemo(() => ({ ...snapshot, ...store.actions }), [snapshot, store]);
}
