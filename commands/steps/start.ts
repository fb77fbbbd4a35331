import { type Env, setEnv } from "#app/env.server.ts";
import type { DemoLogin } from "#demo/prepare-demo.ts";
import { AlreadyRunningError, findRunningServer, prepareDataDirectory } from "#embedded-postgres/index.ts";
import { ensureBuild } from "./build.ts";
import { closePools, type DatabaseAccess, openDatabase, prepareDemo } from "./database.ts";
import { type Lifetime, runUntilStopped } from "./lifetime.ts";
import { requireFreePort } from "./port.ts";
import { startServer } from "./server-process.ts";
import { publicUrl, readServerEnv } from "./settings.ts";

/** `npm start`: builds and runs the database and the server, and stops both at the end. */
export async function start(): Promise<void> {
	await runUntilStopped(async (life) => {
		const settings = readServerEnv();
		if (!settings.DATABASE_URL) await requireFreeDataDirectory(settings.DATA_DIR);
		const port = await requireFreePort(settings.PORT, settings.HOST);
		setEnv({ PORT: String(port) });

		const [ready] = await Promise.all([
			life.track(openAndSeedDatabase(life)),
			life.track(buildIfNeeded(life)),
		]);
		life.signal.throwIfAborted();
		const server = await startServer(port, settings.HOST);
		life.onEnd(server.stop);
		void server.ended.then(({ fault }) => {
			if (life.signal.aborted) return;
			void life.end(`The server ended unexpectedly (${fault ?? "exit code 0"}); start again with npm start.`);
		});

		const address = publicUrl(settings, port);
		ready.access.embedded?.announce(`${address}/`);
		process.stdout.write(formatWelcome(settings, address, ready));
	});
}

/**
 * Checks that no other server uses the data directory. This is checked before the port, because a second start usually
 * uses an equal port, and this error explains more.
 */
async function requireFreeDataDirectory(dataDir: string): Promise<void> {
	prepareDataDirectory(dataDir);
	const holder = await findRunningServer(dataDir);
	if (holder) throw new AlreadyRunningError(dataDir, holder);
}

async function buildIfNeeded(life: Lifetime): Promise<void> {
	const begun = Date.now();
	if (await ensureBuild(life.signal)) print(`Built in ${((Date.now() - begun) / 1000).toFixed(1)} s.`);
}

interface OpenedDatabase {
	access: DatabaseAccess;
	demo: DemoLogin | null;
	hasAgents: boolean;
}

async function openAndSeedDatabase(life: Lifetime): Promise<OpenedDatabase> {
	const access = await openDatabase("start");
	life.onEnd(access.close);
	access.embedded?.onLost(() => {
		void life.end("The embedded database ended unexpectedly; start again with npm start.");
	});
	life.signal.throwIfAborted();
	const demo = access.embedded ? await prepareDemo() : null;
	const { countAgents } = await import("#app/models/agent/agent.server.ts");
	const hasAgents = (await countAgents()) > 0;
	// The start command closes its database connections, because the server process has its own.
	await closePools();
	return { access, demo, hasAgents };
}

function formatWelcome(settings: Env, address: string, { access, demo, hasAgents }: OpenedDatabase): string {
	const lines = ["", `Shop       ${address}/`, `Dashboard  ${address}/admin/chat`];
	if (demo) lines.push(`Agent      ${address}/admin/login ${demo.email} ${demo.password}`);
	else if (!hasAgents)
		lines.push("Nobody can sign in yet; make an agent with: npm run agent:create -- EMAIL");
	if (access.embedded?.isElsewhere) {
		lines.push(`Database   ${access.embedded.home} (its user cannot reach ${settings.DATA_DIR})`);
	}
	return `${lines.join("\n")}\n\n`;
}

function print(line: string): void {
	process.stdout.write(`${line}\n`);
}
