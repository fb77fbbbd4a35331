/**
 * The closed family of failures a request can end in. Domain code throws them; `http/respond` is the one
 * place that turns them into a response. Anything else that is thrown is a bug and is logged as one.
 */
export class DomainError extends Error {
	constructor(
		readonly status: number,
		readonly title: string,
		/** One sentence for the person: what happened and what to do. */
		message: string,
	) {
		super(message);
		this.name = new.target.name;
	}
}

/** 401: no identity, or one that does not check out. */
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

/** 403 for a sender whom an agent has blocked: polite, and without saying who did it. */
export class Blocked extends Forbidden {
	constructor() {
		super(
			"We can't take messages from you in this chat. If you think this is a mistake, please contact the store.",
		);
	}
}

/** 403 until the person confirms: the same form with the field `confirm` is accepted. */
export class NeedsConfirmation extends Forbidden {}

/** 404: not there, or somebody else's, which must look the same. */
export class NotFound extends DomainError {
	constructor(message = "There is nothing here by that name.") {
		super(404, "Not found", message);
	}
}

/** 409: the state of things does not allow it any more. */
export class Conflict extends DomainError {
	constructor(message: string) {
		super(409, "Conflict", message);
	}
}

/** 422: understood but not acceptable; says which field and why. */
export class Invalid extends DomainError {
	constructor(
		readonly fieldErrors: Record<string, string[]>,
		message = "Some of what was sent cannot be accepted.",
	) {
		super(422, "Invalid", message);
	}
}

/** 429: too many in too short a time; carries when to try again. */
export class TooMany extends DomainError {
	constructor(
		readonly retryAfterSeconds: number,
		message = "That was a lot at once. Please wait a moment and try again.",
	) {
		super(429, "Too many requests", message);
	}
}
