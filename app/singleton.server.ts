/**
 * Creates a long-lived object (pool, hub, worker) once for each process, even across dev reloads and when a module is
 * in two bundles: with two hubs, events could be published to a hub without readers.
 * @param name unique name of the object. @param make called once per process.
 */
export function singleton<Value>(name: string, make: () => Value): Value {
	const key = Symbol.for(`mevi.${name}`);
	const holder = globalThis as unknown as Record<symbol, Value | undefined>;
	holder[key] ??= make();
	return holder[key];
}
