/** Timeouts and retries of requests to a model server. Tests use shorter ones. All times are in ms. */
export type ModelRequestLimits = {
	/** Timeout of the whole answer, with tools and retries. */
	totalMs: number;
	/** Timeout from the request until the first chunk of a model's reply. */
	firstByteMs: number;
	/** Timeout between two chunks of a model's reply. */
	idleMs: number;
	/** Timeout for the usage record after the end of the reply's text. */
	usageMs: number;
	/** Delay before the first retry when the provider names none. The delay doubles with each retry. */
	backoffMs: number;
	/** Longest Retry-After delay that is waited for. After a longer one, the answer fails and a person is called. */
	longestRetryAfterMs: number;
	/** Maximum number of retries in one answer. */
	retries: number;
	/**
	 * Maximum number of retries after text of a reply was shown, among all retries. The customer then sees the answer
	 * restart.
	 */
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

/** Maximum length of an answer in UTF-16 units, a little below the 10,000 of a message. */
export const MAX_ANSWER_CHARACTERS = 9_000;
