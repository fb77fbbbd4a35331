import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "@playwright/test";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const USUAL_PATHS = [
	"/usr/bin",
	"/usr/local/bin",
	"/snap/bin",
	...(process.env.PATH ?? "").split(delimiter).filter(Boolean),
];
const ON_MAC = [
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
];

const REMEDY =
	"install Chromium (Debian and Ubuntu: sudo apt-get install -y chromium), " +
	"or set CHROMIUM_PATH to a Chromium or Chrome of yours";

/** Error: no browser was found. The message says in one sentence what to install. */
export class NoChromiumError extends Error {}

/**
 * Finds a working Chromium: the path in CHROMIUM_PATH, else an installed one, else Playwright's own, else one that is
 * downloaded now, by Playwright or, for root, by the system's package manager.
 * @param print prints what is being installed.
 * @returns the path of the executable.
 * @throws NoChromiumError
 */
export function provideChromium(print: (line: string) => void): string {
	const given = process.env.CHROMIUM_PATH;
	if (given) {
		if (canRunBrowser(given)) return given;
		throw new NoChromiumError(`CHROMIUM_PATH names ${given}, which does not run; correct it, or ${REMEDY}.`);
	}
	const installed = findInstalled();
	if (installed) return installed;

	print("There is no Chromium here; fetching Playwright's.");
	const playwright = join(import.meta.dirname, "../../node_modules/@playwright/test/cli.js");
	const isRoot = process.getuid?.() === 0;
	tryCommand(process.execPath, [playwright, "install", "chromium"]);
	const fetched = chromium.executablePath();
	if (existsSync(fetched) && !canRunBrowser(fetched) && isRoot) {
		print("It lacks libraries of the system; installing them.");
		tryCommand(process.execPath, [playwright, "install-deps", "chromium"]);
	}
	if (canRunBrowser(fetched)) {
		print(`Fetched ${fetched}.`);
		return fetched;
	}
	if (!isRoot) {
		throw new NoChromiumError(`The end-to-end tests need a browser, and none could be fetched; ${REMEDY}.`);
	}
	print("Playwright's could not be fetched; installing the system's package chromium.");
	tryCommand("apt-get", ["update"]);
	tryCommand("apt-get", ["install", "-y", "--no-install-recommends", "chromium"]);
	const fromPackage = findInstalled();
	if (fromPackage) {
		print(`Installed ${fromPackage}.`);
		return fromPackage;
	}
	throw new NoChromiumError(`The end-to-end tests need a browser, and none could be installed; ${REMEDY}.`);
}

function findInstalled(): string | undefined {
	const paths = [...new Set(USUAL_PATHS)].flatMap((folder) => NAMES.map((name) => join(folder, name)));
	return [...paths, ...ON_MAC, chromium.executablePath()].find(canRunBrowser);
}

/** Whether the browser program runs. Ubuntu's /usr/bin/chromium-browser may only print a reference to snap. */
function canRunBrowser(path: string): boolean {
	return (
		existsSync(path) && spawnSync(path, ["--version"], { stdio: "ignore", timeout: 30_000 }).status === 0
	);
}

function tryCommand(command: string, args: string[]): void {
	spawnSync(command, args, {
		stdio: ["ignore", "inherit", "inherit"],
		timeout: 600_000,
		// Playwright's timeout for connecting is short, because the network may block the download.
		env: {
			...process.env,
			DEBIAN_FRONTEND: "noninteractive",
			PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: "15000",
		},
	});
}
