/** Why the embedded database cannot be had: one sentence for a person, with what to do about it. */
export class EmbeddedError extends Error {}
