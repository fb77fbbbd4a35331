import { useSyncExternalStore } from "react";

const nothingToWatch = () => () => {};

/**
 * A moment as hours and minutes: in UTC as the server renders it, since it cannot know the reader's zone,
 * and in the reader's own zone and form once the page runs.
 */
export function useLocalTime(iso: string): string {
	return useSyncExternalStore(
		nothingToWatch,
		() => new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" }).format(new Date(iso)),
		() => `${iso.slice(11, 16)} UTC`,
	);
}

/** The same as an element that says which moment it means. */
export function LocalTime({ iso }: { iso: string }) {
	return <time dateTime={iso}>{useLocalTime(iso)}</time>;
}
