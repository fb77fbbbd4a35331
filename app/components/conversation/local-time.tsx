import { useSyncExternalStore } from "react";

const nothingToWatch = () => () => {};

/**
 * A moment as hours and minutes: in UTC as the server renders it, since it cannot know the reader's zone,
 * and in the reader's own zone and form once the page runs.
 */
export function LocalTime({ iso }: { iso: string }) {
	const text = useSyncExternalStore(
		nothingToWatch,
		() => new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" }).format(new Date(iso)),
		() => `${iso.slice(11, 16)} UTC`,
	);
	return <time dateTime={iso}>{text}</time>;
}
