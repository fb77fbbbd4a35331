/**
 * How far a reader has read: the epoch of the database and a sequence for each stream. Clients treat the encoded text
 * as opaque. The encoding is `<epoch>.p<seq>` for customers and `<epoch>.p<seq>.i<seq>` for agents.
 */
export type Cursor = { epoch: string; public: number; internal: number | null };

const CURSOR_PATTERN = /^([a-z0-9-]{4,40})\.p(\d{1,9})(?:\.i(\d{1,9}))?$/;

export function encodeCursor(cursor: Cursor): string {
	const internal = cursor.internal === null ? "" : `.i${cursor.internal}`;
	return `${cursor.epoch}.p${cursor.public}${internal}`;
}

/** Decodes a client's cursor. @returns null when the text is not a cursor. */
export function decodeCursor(text: string | null | undefined): Cursor | null {
	const match = text ? CURSOR_PATTERN.exec(text) : null;
	if (!match) return null;
	return {
		epoch: match[1] ?? "",
		public: Number(match[2]),
		internal: match[3] === undefined ? null : Number(match[3]),
	};
}

/** Why the server cannot continue from a cursor, or null when it can. */
export function whyCursorUnusable(
	cursor: Cursor,
	epoch: string,
	head: { public: number; internal: number },
	isAgent: boolean,
): string | null {
	if (cursor.epoch !== epoch) return "epoch";
	if (cursor.public > head.public) return "ahead";
	if (isAgent && cursor.internal !== null && cursor.internal > head.internal) return "ahead";
	return null;
}
