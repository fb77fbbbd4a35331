import { setEnv } from "#app/env.server.ts";
import { ensureBuild, hasBuild } from "./steps/build.ts";
import { closePools, openDatabase, prepareDemo } from "./steps/database.ts";
import { runUntilStopped } from "./steps/lifetime.ts";
import { requireFreePort } from "./steps/port.ts";
import { startServer } from "./steps/server-process.ts";
import { publicUrl, readServerEnv } from "./steps/settings.ts";

/**
 * Starts one more server process on the existing build and database. The command never replaces an existing build,
 * because another process may be serving it; it builds only when there is no build.
 */
await runUntilStopped(async (life) => {
	const settings = readServerEnv();
	const port = await requireFreePort(settings.PORT, settings.HOST);
	setEnv({ PORT: String(port) });
	if (!hasBuild()) {
		process.stdout.write("There is no build yet; building.\n");
		await life.track(ensureBuild(life.signal));
	}
	const access = await life.track(openDatabase("guest"));
	life.onEnd(access.close);
	access.embedded?.onLost(() => void life.end("The embedded database ended unexpectedly."));
	if (access.embedded) await life.track(prepareDemo());
	await closePools();
	life.signal.throwIfAborted();
	const server = await startServer(port, settings.HOST);
	life.onEnd(server.stop);
	void server.ended.then(({ fault }) => {
		if (!life.signal.aborted) void life.end(`The server ended unexpectedly (${fault ?? "exit code 0"}).`);
	});
	process.stdout.write(`Serving on ${publicUrl({ ...settings, PUBLIC_URL: undefined }, port)}/\n`);
});
