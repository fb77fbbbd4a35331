import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../e2e/instance.ts";
import type { Browser, Kind } from "./browser.ts";

const DRIVER = "/usr/bin/WebKitWebDriver";
const XVFB = "/usr/bin/Xvfb";
const LIBRARIES = "/usr/lib";
/** In a folder named after the machine's architecture, such as x86_64-linux-gnu. */
const miniBrowser = (existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [])
	.map((folder) => join(LIBRARIES, folder, "webkit2gtk-4.1/MiniBrowser"))
	.find((path) => existsSync(path));
const START_MS = 20_000;
/** Names an element in W3C WebDriver's JSON (section 12.1 of the standard). */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const ENTER = "\uE007";

/** WebKitGTK's MiniBrowser, the engine of Safari, over the W3C WebDriver protocol, on a screen of its own. */
export const webkit: Kind = {
	name: "WebKitGTK",
	missing() {
		const missing = [
			existsSync(DRIVER) && miniBrowser ? null : "WebKitGTK's driver (Debian: webkit2gtk-driver)",
			existsSync(XVFB) ? null : "Xvfb (Debian: xvfb)",
		].filter(Boolean);
		return missing.join(" and ") || null;
	},
	async launch(): Promise<Browser> {
		const { screen, display } = await startScreen();
		const port = await freePort();
		const driver = spawn(DRIVER, [`--port=${port}`, "--host=127.0.0.1"], {
			env: {
				...process.env,
				DISPLAY: display,
				// Its sandbox does not work for root.
				...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } : {}),
			},
			stdio: "ignore",
		});
		const stop = () => {
			driver.kill();
			screen.kill();
		};
		try {
			const base = `http://127.0.0.1:${port}`;
			await untilReady(`${base}/status`);
			const capabilities = {
				alwaysMatch: { "webkitgtk:browserOptions": { binary: miniBrowser, args: ["--automation"] } },
			};
			const { sessionId } = (await call("POST", `${base}/session`, { capabilities })) as {
				sessionId: string;
			};
			return session(`${base}/session/${sessionId}`, stop);
		} catch (error) {
			stop();
			throw error;
		}
	},
};

function session(base: string, stop: () => void): Browser {
	const find = async (selector: string) => {
		const found = await call("POST", `${base}/element`, { using: "css selector", value: selector });
		return `${base}/element/${(found as Record<string, string>)[ELEMENT]}`;
	};
	const run = (script: string) => call("POST", `${base}/execute/sync`, { script, args: [] });
	return {
		async open(url) {
			await call("POST", `${base}/url`, { url });
		},
		async back() {
			await run("setTimeout(() => history.back())");
		},
		async forward() {
			await run("setTimeout(() => history.forward())");
		},
		async click(selector) {
			await call("POST", `${await find(selector)}/click`, {});
		},
		async type(selector, text) {
			await call("POST", `${await find(selector)}/value`, { text: text.replaceAll("\n", ENTER) });
		},
		evaluate: (expression) => run(`return (${expression});`),
		async close() {
			await call("DELETE", base).catch(() => {});
			stop();
		},
	};
}

/** One command. @returns its value. @throws with the driver's own words. */
async function call(method: string, url: string, body?: unknown): Promise<unknown> {
	const response = await fetch(url, {
		method,
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		signal: AbortSignal.timeout(60_000),
	});
	const { value } = (await response.json()) as { value: { error?: string; message?: string } | null };
	if (!response.ok) throw new Error(`${url}: ${value?.error}: ${value?.message}`);
	return value;
}

async function untilReady(url: string): Promise<void> {
	const deadline = Date.now() + START_MS;
	while (
		!(await fetch(url).then(
			(response) => response.ok,
			() => false,
		))
	) {
		if (Date.now() > deadline) throw new Error("WebKitWebDriver did not start.");
		await new Promise((resolve) => setTimeout(resolve, 100));
	}
}

/** A virtual screen under a free number, which Xvfb chooses and writes to its third descriptor. */
function startScreen(): Promise<{ screen: ChildProcess; display: string }> {
	const screen = spawn(XVFB, ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], {
		stdio: ["ignore", "ignore", "ignore", "pipe"],
	});
	return new Promise((resolve, reject) => {
		screen.once("exit", (code) => reject(new Error(`Xvfb ended with ${code}.`)));
		screen.stdio[3]?.once("data", (number: Buffer) =>
			resolve({ screen, display: `:${number.toString().trim()}` }),
		);
	});
}
