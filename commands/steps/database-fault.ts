const CURE = "check DATABASE_URL and that the database is running";

/** Codes of the network and of Postgres (appendix A of its manual) that the person who runs it can put right. */
const FAULTS: Record<string, string> = {
	ECONNREFUSED: `nothing answers there; ${CURE}`,
	ECONNRESET: `the connection was cut; ${CURE}`,
	ENOTFOUND: `its host name is not known; ${CURE}`,
	EAI_AGAIN: `its host name cannot be looked up now; ${CURE}`,
	EHOSTUNREACH: `its host cannot be reached; ${CURE}`,
	ENETUNREACH: `its network cannot be reached; ${CURE}`,
	ETIMEDOUT: `it does not answer; ${CURE}`,
	CONNECT_TIMEOUT: `it does not answer; ${CURE}`,
	CONNECTION_CLOSED: `it closed the connection; ${CURE}`,
	CONNECTION_ENDED: `the connection ended; ${CURE}`,
	"28P01": "it refuses the password; correct the user and password in DATABASE_URL",
	"28000": "it refuses this user; correct DATABASE_URL, or allow the user in pg_hba.conf",
	"3D000": "it has no database of that name; create it, or correct DATABASE_URL",
	"42501":
		"it does not allow this user to create what is needed; grant CREATE on the database and its schema",
	"0A000": "it lacks a feature that is needed; Postgres 14 or newer with the extension pg_trgm is required",
	"58P01": "it lacks the extension pg_trgm; install Postgres's contrib package on its host",
	"53300": "it has no connection left; raise max_connections, or run fewer server processes",
	"57P03": "it is just starting or stopping; try again in a moment",
};

/**
 * One sentence about why the database cannot be used, or null when the error is something else. The address
 * is named without its password.
 */
export function databaseFault(error: unknown): string | null {
	for (let cause = error; cause instanceof Error; cause = cause.cause) {
		const { code, address, port } = cause as Error & { code?: string; address?: unknown; port?: unknown };
		// A host with several addresses fails with one error for each.
		if (cause instanceof AggregateError && cause.errors.length > 0) return databaseFault(cause.errors[0]);
		const fault = code === undefined ? undefined : FAULTS[code];
		if (fault === undefined) continue;
		const where = [address, port].flat().filter(Boolean).join(":");
		return `The database${where === "" ? "" : ` at ${where}`} cannot be used: ${fault} (${code}).`;
	}
	return null;
}
