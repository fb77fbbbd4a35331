/**
 * Security headers of every page. The browser runs only scripts of this site, and inline scripts with the nonce of
 * this response.
 */
export function pageSecurityHeaders(nonce: string): [name: string, value: string][] {
	return [
		[
			"Content-Security-Policy",
			[
				"default-src 'self'",
				`script-src 'self' 'nonce-${nonce}'`,
				`style-src 'self' 'nonce-${nonce}'`,
				"img-src 'self' data: blob:",
				"connect-src 'self'",
				"frame-src 'self'",
				"frame-ancestors 'self'",
				"form-action 'self'",
				"base-uri 'none'",
				"object-src 'none'",
			].join("; "),
		],
		["X-Content-Type-Options", "nosniff"],
		["Referrer-Policy", "strict-origin-when-cross-origin"],
		["Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"],
	];
}
