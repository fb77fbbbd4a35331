/**
 * Long-lived objects (pool, hub, worker) survive dev reloads, and there is one of each even when a module
 * ends up in two bundles: two hubs in one process would mean actions publishing to a hub nobody reads.
 * @param name unique name of the object; @param make called once per process.
 */
export function singleton<Value>(name: string, make: () => Value): Value {
	const key = Symbol.for(`mevi.${name}`);
	const holder = globalThis as unknown as Record<symbol, Value | undefined>;
	holder[key] ??= make();
	return holder[key];
}
