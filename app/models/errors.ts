/**
 * The base class of all expected errors of a request. Domain code throws its subclasses; `http/respond` turns them into
 * responses. Any other error is a bug and is logged as a bug.
 */
export class DomainError extends Error {
	constructor(
		readonly status: number,
		readonly title: string,
		/** The error message for the user: one sentence that says what happened and what to do. */
		message: string,
	) {
		super(message);
		this.name = new.target.name;
	}
}

/** 401: the identity is missing or invalid. */
export class Unauthorised extends DomainError {
	constructor(message = "Sign in, or send a valid token.") {
		super(401, "Unauthorised", message);
	}
}

/** 403: the identity is known and may not do this. */
export class Forbidden extends DomainError {
	constructor(message = "You may not do that.") {
		super(403, "Forbidden", message);
	}
}

/** 403 for a sender whom an agent has blocked. The message is polite and does not name the agent. */
export class Blocked extends Forbidden {
	constructor() {
		super(
			"We can't take messages from you in this chat. If you think this is a mistake, please contact the store.",
		);
	}
}

/** 403 until the user confirms: the same form is accepted with the field `confirm`. */
export class NeedsConfirmation extends Forbidden {}

/**
 * 404: the requested thing does not exist, or belongs to somebody else. Both cases have one response, so that it
 * reveals nothing.
 */
export class NotFound extends DomainError {
	constructor(message = "There is nothing here by that name.") {
		super(404, "Not found", message);
	}
}

/** 409: the present state, such as an ended session, does not allow the change. */
export class Conflict extends DomainError {
	constructor(message: string) {
		super(409, "Conflict", message);
	}
}

/** 422: the value of a field is not acceptable; the message says which field and why. */
export class Invalid extends DomainError {
	constructor(
		readonly fieldErrors: Record<string, string[]>,
		message = "Some of what was sent cannot be accepted.",
	) {
		super(422, "Invalid", message);
	}
}

/** 429: too many requests; the response says when to try again. */
export class TooMany extends DomainError {
	constructor(
		readonly retryAfterSeconds: number,
		message = "That was a lot at once. Please wait a moment and try again.",
	) {
		super(429, "Too many requests", message);
	}
}
