/**
 * The oldest Node version that can run this project, equal to `engines` in package.json, about which npm only warns.
 */
const OLDEST_VERSION = [20, 19] as const;

/** Exits with one sentence when Node is too old for this project. */
export function requireNode(version = process.versions.node): void {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	if (major > OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor >= OLDEST_VERSION[1])) return;
	process.stderr.write(
		`Mevi Chat needs Node ${OLDEST_VERSION.join(".")} or newer, and this is ${version}; please update Node.\n`,
	);
	process.exit(1);
}
