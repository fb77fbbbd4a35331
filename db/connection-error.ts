/** Codes of connection errors of the driver postgres.js, and of our changes to the driver (db/driver/changes.ts). */
const DRIVER_CODES = [
	"CONNECTION_CLOSED",
	"CONNECTION_DESTROYED",
	"CONNECTION_ENDED",
	"CONNECTION_SILENT",
	"CONNECT_TIMEOUT",
];
/** Codes of connection errors of Node's sockets and DNS. */
const SOCKET_CODES = [
	"EAI_AGAIN",
	"ECONNREFUSED",
	"ECONNRESET",
	"EHOSTUNREACH",
	"ENETUNREACH",
	"ENOTFOUND",
	"EPIPE",
	"ETIMEDOUT",
];
/**
 * Connection errors of Postgres (SQLSTATE, appendix A of its manual): 57P01 to 57P03 shut down, crashed or starting
 * up, 57P05 idle session ended, 53300 too many connections, 25006 read-only (a standby during a failover). The codes
 * of class 08 (connection exceptions) are recognised by their first two characters.
 */
const SERVER_CODES = ["57P01", "57P02", "57P03", "57P05", "53300", "25006"];
const CONNECTION_ERROR_CODES = new Set([...DRIVER_CODES, ...SOCKET_CODES, ...SERVER_CODES]);
/**
 * Maximum number of nested errors that are checked: drizzle wraps the driver's error, and a transaction may wrap
 * drizzle's error.
 */
const MAX_NESTED_ERRORS = 5;

/**
 * Whether an error means that the database could not be reached or is not ready, so that the same work may succeed
 * later; false for every other error, for example a programming error or a failed statement.
 */
export function isConnectionError(error: unknown): boolean {
	let current = error;
	for (let depth = 0; depth < MAX_NESTED_ERRORS && current instanceof Error; depth += 1) {
		const { code } = current as { code?: unknown };
		if (typeof code === "string" && (CONNECTION_ERROR_CODES.has(code) || /^08...$/.test(code))) return true;
		current = current.cause;
	}
	return false;
}
