const REMEDY_TEXT = "check DATABASE_URL and that the database is running";

/** Error codes of the network and of Postgres (appendix A of its manual) that the operator can correct. */
const FAULT_TEXTS: Record<string, string> = {
	ECONNREFUSED: `nothing answers there; ${REMEDY_TEXT}`,
	ECONNRESET: `the connection was cut; ${REMEDY_TEXT}`,
	ENOTFOUND: `its host name is not known; ${REMEDY_TEXT}`,
	EAI_AGAIN: `its host name cannot be looked up now; ${REMEDY_TEXT}`,
	EHOSTUNREACH: `its host cannot be reached; ${REMEDY_TEXT}`,
	ENETUNREACH: `its network cannot be reached; ${REMEDY_TEXT}`,
	ETIMEDOUT: `it does not answer; ${REMEDY_TEXT}`,
	CONNECT_TIMEOUT: `it does not answer; ${REMEDY_TEXT}`,
	CONNECTION_CLOSED: `it closed the connection; ${REMEDY_TEXT}`,
	CONNECTION_ENDED: `the connection ended; ${REMEDY_TEXT}`,
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
 * One sentence that says why the database cannot be used, or null for other errors. The URL is shown without its
 * password.
 */
export function describeDatabaseFault(error: unknown): string | null {
	for (let cause = error; cause instanceof Error; cause = cause.cause) {
		const { code, address, port } = cause as Error & { code?: string; address?: unknown; port?: unknown };
		// Connecting to a host with several network addresses fails with one error for each address; the first is
		// described.
		if (cause instanceof AggregateError && cause.errors.length > 0)
			return describeDatabaseFault(cause.errors[0]);
		const fault = code === undefined ? undefined : FAULT_TEXTS[code];
		if (fault === undefined) continue;
		const where = [address, port].flat().filter(Boolean).join(":");
		return `The database${where === "" ? "" : ` at ${where}`} cannot be used: ${fault} (${code}).`;
	}
	return null;
}
