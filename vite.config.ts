import { vitePlugin as remix } from "@remix-run/dev";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig, type Plugin } from "vite";
import remixConfig from "./remix.config.js";

const NEXT_WRITE = "function nextWrite(fn) {\n";

/**
 * postgres 3.4.9 writes to the socket of a connection that was lost inside a transaction, in a setImmediate
 * that nothing can catch: the process ends (porsager/postgres#1154, #1208; mended by its PR 1209, unreleased).
 * So the server's build takes the driver in, with the guard of that PR.
 */
const guardPostgres: Plugin = {
	name: "guard-postgres",
	enforce: "pre",
	transform(code, id) {
		if (!/\/postgres\/src\/connection\.js/.test(id)) return null;
		if (!code.includes(NEXT_WRITE))
			throw new Error("postgres has changed: see whether nextWrite still needs its guard.");
		return code.replace(
			NEXT_WRITE,
			`${NEXT_WRITE}    if (!socket) {
      nextWriteTimer !== null && clearImmediate(nextWriteTimer)
      chunk = nextWriteTimer = null
      error(Errors.connection('CONNECTION_CLOSED', options))
      return false
    }
`,
		);
	},
};

export default defineConfig({
	plugins: [guardPostgres, tailwindcss(), remix(remixConfig)],
	build: { target: "es2022", assetsInlineLimit: 0 },
	ssr: { noExternal: ["postgres"] },
});
