/** Thrown when the embedded database cannot be used. The message is one sentence for the user and says what to do. */
export class EmbeddedDatabaseError extends Error {}
