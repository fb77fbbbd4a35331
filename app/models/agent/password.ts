import { randomBytes } from "node:crypto";

/** 12 base64url characters, 72 bits: short enough to type, too long to guess. */
const PASSWORD_BYTES = 9;

/** A random password of 12 letters and digits, so that a double click selects all of it. */
export function createPassword(): string {
	return randomBytes(PASSWORD_BYTES).toString("base64url").replaceAll("-", "x").replaceAll("_", "y");
}
