/** How long the adapter waits for what, and how often it asks again. Only tests shorten these. */
export type Limits = {
	/** For the whole answer, tools and retries included. */
	totalMs: number;
	/** For the first chunk of a reply. */
	firstByteMs: number;
	/** Between two chunks. */
	idleMs: number;
	/** For the usage record after the text has ended. */
	usageMs: number;
	/** First wait before a retry when the provider names none; doubled each time. */
	backoffMs: number;
	/** A longer Retry-After is not waited for: a person answers instead. */
	longestRetryAfterMs: number;
	/** Repeated requests, over the whole answer. */
	retries: number;
	/** Of those, the ones after words of the reply had come: the customer sees the answer start over this often. */
	restarts: number;
};

export const LIMITS: Limits = {
	totalMs: 90_000,
	firstByteMs: 20_000,
	idleMs: 20_000,
	usageMs: 2_000,
	backoffMs: 500,
	longestRetryAfterMs: 5_000,
	retries: 2,
	restarts: 1,
};

/** A message holds 10,000 UTF-16 units; an answer ends a little before. */
export const LONGEST_TEXT = 9_000;
