import { getHeapStatistics } from "node:v8";

// For tests of what readers leave behind: on SIGUSR2, in the middle of a server's life, collects garbage and
// says in one line what is still held.
process.on("SIGUSR2", () => {
	globalThis.gc?.();
	const counts = {};
	for (const name of process.getActiveResourcesInfo()) counts[name] = (counts[name] ?? 0) + 1;
	// The only view of every socket of a process; what a reader does not take lies in them.
	const sockets = process._getActiveHandles().filter((handle) => typeof handle.writableLength === "number");
	const unsentBytes = Math.max(0, ...sockets.map((socket) => socket.writableLength));
	const heapBytes = getHeapStatistics().used_heap_size;
	const held = { counts, unsentBytes, heapBytes, rssBytes: process.memoryUsage.rss() };
	process.stdout.write(`collected ${JSON.stringify(held)}\n`);
});
