import { domainToASCII, domainToUnicode } from "node:url";
import { z } from "zod/v4";
import { trimInvisible } from "#app/text/visible-text.ts";

/** RFC 5321, 4.5.3.1: the longest address that can be delivered to, in octets. */
const LONGEST_OCTETS = 254;

/**
 * An e-mail address in the one form in which addresses are stored and compared: lower case, the domain in its own
 * script (`xn--` names decoded), characters without a shape at the ends cut off. Accepts what can be delivered to:
 * the characters of RFC 5322 and RFC 6531, and internationalised domains (UTS 46, as browsers read them).
 * @returns null when the text is no address.
 */
export function canonicalEmail(text: string): string | null {
	// Addresses typed with a full-width keyboard become plain.
	const plain = trimInvisible(text.normalize("NFKC"));
	const at = plain.lastIndexOf("@");
	const local = plain.slice(0, at).toLowerCase();
	const written = plain.slice(at + 1);
	// The converter would also take a percent sign, a port or a path, which no domain has.
	if (at < 1 || !/^[\p{L}\p{M}\p{N}.。-]+$/u.test(written)) return null;
	const domain = domainToASCII(written);
	// A name with a dot whose last part is no number, which would make it an IP address.
	if (!/\.[^.]*[^.\d][^.]*$/.test(domain)) return null;
	if (!hasDeliverableShape(local, domain)) return null;
	const address = `${local}@${domainToUnicode(domain)}`;
	return Buffer.byteLength(address) <= LONGEST_OCTETS ? address : null;
}

function hasDeliverableShape(local: string, domain: string): boolean {
	if (/^\.|\.$|\.\./.test(local)) return false;
	const ascii = `${local.replace(/[^\p{ASCII}]/gu, "x")}@${domain}`;
	if (!z.regexes.html5Email.test(ascii)) return false;
	// Neither spaces nor characters without a shape, in any script.
	return z.regexes.unicodeEmail.test(`${local}@${domain}`) && !/[\p{C}\p{Z}]/u.test(local);
}

/** The field of a form or a file that holds an e-mail address; its value is the canonical form. */
export const emailAddress = z.string({ error: "Write an email address." }).transform((text, context) => {
	const address = canonicalEmail(text);
	if (address !== null) return address;
	context.addIssue({ code: "custom", message: "Write an email address such as name@example.com." });
	return z.NEVER;
});
