/**
 * Creates a long-lived object (connection pool, hub, worker) once for each process, even after a reload of the
 * development server and when a module is in two bundles. With two hubs, events could be published to a hub without
 * readers.
 * @param name unique name of the object.
 * @param make creates the object; called once in a process.
 */
export function singleton<Value>(name: string, make: () => Value): Value {
	const key = Symbol.for(`mevi.${name}`);
	const holder = globalThis as unknown as Record<symbol, Value | undefined>;
	holder[key] ??= make();
	return holder[key];
}
