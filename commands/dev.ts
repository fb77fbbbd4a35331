import { join } from "node:path";
import { setEnv } from "#app/env.server.ts";
import { spawnNode, waitForExit } from "./steps/child.ts";
import { closePools, openDatabase, prepareDemo } from "./steps/database.ts";
import { runUntilStopped } from "./steps/lifetime.ts";
import { requireFreePort } from "./steps/port.ts";
import { ROOT } from "./steps/root.ts";
import { publicUrl, readServerEnv } from "./steps/settings.ts";

const CLI = join(ROOT, "node_modules/@remix-run/dev/dist/cli.js");

/** Starts Vite's development server, which reloads saved changes, together with a database. */
await runUntilStopped(async (life) => {
	const settings = readServerEnv();
	const port = await requireFreePort(settings.PORT, settings.HOST);
	setEnv({ PORT: String(port), NODE_ENV: "development" });
	const access = await life.track(openDatabase("guest"));
	life.onEnd(access.close);
	access.embedded?.onLost(() => void life.end("The embedded database ended unexpectedly."));
	const demo = access.embedded ? await life.track(prepareDemo()) : null;
	await closePools();
	life.signal.throwIfAborted();

	const args = [
		"vite:dev",
		"--port",
		String(port),
		"--strictPort",
		...(settings.HOST ? ["--host", settings.HOST] : []),
	];
	const vite = spawnNode(CLI, args, { env: { NODE_ENV: "development" }, output: "inherit" });
	const end = waitForExit(vite);
	life.onEnd(async () => {
		vite.kill("SIGTERM");
		await end;
	});
	void end.then(({ fault }) => {
		if (!life.signal.aborted)
			void life.end(fault === null ? undefined : `Vite ended unexpectedly (${fault}).`);
	});
	if (demo) {
		const address = publicUrl(settings, port);
		process.stdout.write(`Agent      ${address}/admin/login ${demo.email} ${demo.password}\n`);
	}
});
