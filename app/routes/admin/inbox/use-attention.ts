import { useEffect, useState } from "react";
import { useTitleCount } from "#app/components/use-title-count.ts";
import type { Inbox } from "#app/realtime/events.ts";
import { countAttention, waitKey } from "./attention.ts";

/**
 * Maximum number of stored keys of queued sessions that the agent has opened; the oldest keys are dropped, because
 * those customers wait no longer.
 */
const MAX_STORED_WAITS = 200;

/**
 * Keeps the number of items that need the agent in the tab's title.
 * @param title the page's title without the number.
 * @param openId id of the open session.
 */
export function useAttention(inbox: Inbox, agentId: string, title: string, openId: string | null): void {
	const storageKey = `mevi-opened ${agentId}`;
	const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
	const open = inbox.entries.find((entry) => entry.sessionId === openId && entry.status === "queued");
	const key = open ? waitKey(open) : null;

	useEffect(() => setOpened(new Set(readOpened(storageKey))), [storageKey]);

	useEffect(() => {
		if (key === null) return;
		function see() {
			if (key === null || document.visibilityState !== "visible") return;
			const next = [...new Set([...readOpened(storageKey), key])].slice(-MAX_STORED_WAITS);
			saveOpened(storageKey, next);
			setOpened(new Set(next));
		}
		see();
		document.addEventListener("visibilitychange", see);
		return () => document.removeEventListener("visibilitychange", see);
	}, [key, storageKey]);

	useTitleCount(title, countAttention(inbox, agentId, opened));
}

function readOpened(storageKey: string): string[] {
	try {
		const kept: unknown = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
		return Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : [];
	} catch {
		return [];
	}
}

function saveOpened(storageKey: string, keys: string[]): void {
	try {
		sessionStorage.setItem(storageKey, JSON.stringify(keys));
	} catch {
		// The session storage is disabled or full: the opened queued sessions are known only while the page is open.
	}
}
