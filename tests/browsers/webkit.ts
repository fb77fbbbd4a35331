import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../e2e/instance.ts";
import type { Browser, BrowserKind } from "./browser.ts";

const DRIVER = "/usr/bin/WebKitWebDriver";
const XVFB = "/usr/bin/Xvfb";
const LIBRARIES = "/usr/lib";
/**
 * Path of the browser MiniBrowser, in a folder that is named after the processor architecture, such as
 * x86_64-linux-gnu.
 */
const miniBrowser = (existsSync(LIBRARIES) ? readdirSync(LIBRARIES) : [])
	.map((folder) => join(LIBRARIES, folder, "webkit2gtk-4.1/MiniBrowser"))
	.find((path) => existsSync(path));
const START_TIMEOUT_MS = 20_000;
/** The JSON key of an element's id in the W3C WebDriver protocol (section 12.1 of the standard). */
const ELEMENT_KEY = "element-6066-11e4-a52e-4f735466cecf";
const ENTER_KEY = "\uE007";

/** WebKitGTK's MiniBrowser, the engine of Safari, over the W3C WebDriver protocol, on its own virtual screen. */
export const webkit: BrowserKind = {
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
				// WebKit's sandbox does not work for root.
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
			await waitUntilReady(`${base}/status`);
			const capabilities = {
				alwaysMatch: { "webkitgtk:browserOptions": { binary: miniBrowser, args: ["--automation"] } },
			};
			const { sessionId } = (await sendCommand("POST", `${base}/session`, { capabilities })) as {
				sessionId: string;
			};
			return createSession(`${base}/session/${sessionId}`, stop);
		} catch (error) {
			stop();
			throw error;
		}
	},
};

function createSession(base: string, stop: () => void): Browser {
	const find = async (selector: string) => {
		const found = await sendCommand("POST", `${base}/element`, { using: "css selector", value: selector });
		return `${base}/element/${(found as Record<string, string>)[ELEMENT_KEY]}`;
	};
	const run = (script: string) => sendCommand("POST", `${base}/execute/sync`, { script, args: [] });
	return {
		async open(url) {
			await sendCommand("POST", `${base}/url`, { url });
		},
		async back() {
			await run("setTimeout(() => history.back())");
		},
		async forward() {
			await run("setTimeout(() => history.forward())");
		},
		async click(selector) {
			await sendCommand("POST", `${await find(selector)}/click`, {});
		},
		async type(selector, text) {
			await sendCommand("POST", `${await find(selector)}/value`, { text: text.replaceAll("\n", ENTER_KEY) });
		},
		evaluate: (expression) => run(`return (${expression});`),
		async close() {
			await sendCommand("DELETE", base).catch(() => {});
			stop();
		},
	};
}

/** Sends one command to the WebDriver. @returns the command's result. @throws an error with the driver's message. */
async function sendCommand(method: string, url: string, body?: unknown): Promise<unknown> {
	const response = await fetch(url, {
		method,
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
		signal: AbortSignal.timeout(60_000),
	});
	const { value } = (await response.json()) as { value: { error?: string; message?: string } | null };
	if (!response.ok) throw new Error(`${url}: ${value?.error}: ${value?.message}`);
	return value;
}

async function waitUntilReady(url: string): Promise<void> {
	const deadline = Date.now() + START_TIMEOUT_MS;
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

/** Starts a virtual screen. The program Xvfb chooses a free display number and writes it to file descriptor 3. */
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
