// For the disconnect test: collects garbage when told, in the middle of a server's life.
process.on("SIGUSR2", () => {
	globalThis.gc?.();
	process.stdout.write("collected\n");
});
