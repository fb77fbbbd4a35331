import { domainToASCII, domainToUnicode } from "node:url";
import { z } from "zod/v4";
import { trimInvisible } from "#app/text/visible-text.ts";

/** Maximum length of an email address in octets (RFC 5321, 4.5.3.1). */
const MAX_EMAIL_OCTETS = 254;

/**
 * The canonical form of an email address, in which addresses are stored and compared: lower case, `xn--` domains
 * decoded, invisible characters at the ends removed. The characters of RFC 5322 and RFC 6531 are accepted, and
 * internationalised domains (UTS 46, as in browsers).
 * @returns null when the text is not an email address.
 */
export function canonicalEmail(text: string): string | null {
	// The Unicode form NFKC turns full-width characters into plain ones.
	const plain = trimInvisible(text.normalize("NFKC"));
	const at = plain.lastIndexOf("@");
	const local = plain.slice(0, at).toLowerCase();
	const written = plain.slice(at + 1);
	// The domain converter would also accept a percent sign, a port or a path, which no domain contains.
	if (at < 1 || !/^[\p{L}\p{M}\p{N}.。-]+$/u.test(written)) return null;
	const domain = domainToASCII(written);
	// The email address's domain needs a dot, and its last label must not be a number, because that would be an IP
	// address.
	if (!/\.[^.]*[^.\d][^.]*$/.test(domain)) return null;
	if (!hasDeliverableShape(local, domain)) return null;
	const address = `${local}@${domainToUnicode(domain)}`;
	return Buffer.byteLength(address) <= MAX_EMAIL_OCTETS ? address : null;
}

function hasDeliverableShape(local: string, domain: string): boolean {
	if (/^\.|\.$|\.\./.test(local)) return false;
	const ascii = `${local.replace(/[^\p{ASCII}]/gu, "x")}@${domain}`;
	if (!z.regexes.html5Email.test(ascii)) return false;
	// Spaces and invisible characters of any script are not allowed in an email address.
	return z.regexes.unicodeEmail.test(`${local}@${domain}`) && !/[\p{C}\p{Z}]/u.test(local);
}

/** Schema of a form or file field with an email address. The parsed value is the address's canonical form. */
export const emailAddress = z.string({ error: "Write an email address." }).transform((text, context) => {
	const address = canonicalEmail(text);
	if (address !== null) return address;
	context.addIssue({ code: "custom", message: "Write an email address such as name@example.com." });
	return z.NEVER;
});
