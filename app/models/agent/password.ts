import { randomBytes } from "node:crypto";

/**
 * Random bytes of a password: 12 base64url characters, 72 bits, which is short enough to type and too long to guess.
 */
const PASSWORD_BYTES = 9;

/**
 * Creates a random password of 12 letters and digits. It has no other characters, so that a double click selects all of
 * it.
 */
export function createPassword(): string {
	return randomBytes(PASSWORD_BYTES).toString("base64url").replaceAll("-", "x").replaceAll("_", "y");
}
