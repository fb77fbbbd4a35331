import { getHeapStatistics } from "node:v8";

// For tests that look for memory leaks of readers: on SIGUSR2 the server collects garbage and prints in one line which
// objects are still in memory.
process.on("SIGUSR2", () => {
	globalThis.gc?.();
	const counts = {};
	for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
	// Only this method shows every socket of a process. The sockets hold unsent bytes.
	const sockets = process._getActiveHandles().filter((handle) => typeof handle.writableLength === "number");
	const unsentBytes = Math.max(0, ...sockets.map((socket) => socket.writableLength));
	const heapBytes = getHeapStatistics().used_heap_size;
	const held = { counts, unsentBytes, heapBytes, rssBytes: process.memoryUsage.rss() };
	process.stdout.write(`collected ${JSON.stringify(held)}\n`);
});
