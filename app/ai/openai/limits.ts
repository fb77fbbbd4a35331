/** Timeouts and retries of the adapter for model servers. Tests use shorter ones. */
export type ModelRequestLimits = {
	/** Timeout of the whole answer, with tools and retries. */
	totalMs: number;
	/** Timeout until the first chunk of a reply. */
	firstByteMs: number;
	/** Timeout between two chunks. */
	idleMs: number;
	/** Timeout for the usage record after the end of the text. */
	usageMs: number;
	/** Delay before the first retry when the provider names none; it doubles with each retry. */
	backoffMs: number;
	/** Longest Retry-After that is waited for; otherwise the answer fails and a person is called. */
	longestRetryAfterMs: number;
	/** Retries in one answer. */
	retries: number;
	/** Of these, retries after text of the reply was shown. The customer sees the answer restart. */
	restarts: number;
};

export const MODEL_REQUEST_LIMITS: ModelRequestLimits = {
	totalMs: 90_000,
	firstByteMs: 20_000,
	idleMs: 20_000,
	usageMs: 2_000,
	backoffMs: 500,
	longestRetryAfterMs: 5_000,
	retries: 2,
	restarts: 1,
};

/** Limit for an answer in UTF-16 units, a little below the 10,000 of a message. */
export const MAX_ANSWER_CHARACTERS = 9_000;
