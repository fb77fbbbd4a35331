import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import routes from "#app/routes.ts";
import { createSeedOrders } from "#demo/seed/orders.ts";
import { seedPeople } from "#demo/seed/people.ts";
import { seedProducts } from "#demo/seed/products.ts";

/** Checks the rules of docs/architecture.md. A failed test names the file and the rule that the file breaks. */

const ROOT = join(import.meta.dirname, "..");
const MAX_FILE_LINES = 400;
/** Every folder of the project with code. */
const FOLDERS = ["app", "db", "demo", "embedded-postgres", "commands", "tests"];

type Import = { from: string; to: string; isType: boolean };
type Source = { path: string; text: string; tree: ts.SourceFile };

const isTest = (path: string) => /\.test\.tsx?$/.test(path);

/** Every code file of the project, as a path from the root. */
const files = FOLDERS.flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll("\\", "/")),
);

const sources: Source[] = files
	.filter((path) => /\.(ts|tsx|mjs)$/.test(path))
	.map((path) => {
		const text = readFileSync(join(ROOT, path), "utf8");
		return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
	});
const nonTestSources = sources.filter(({ path }) => !path.startsWith("tests/") && !isTest(path));
const imports = nonTestSources.flatMap(importsOf);

/**
 * Finds every import of a file, also dynamic imports. Our own files are given as paths from the root, packages by name.
 */
function importsOf({ path, tree }: Source): Import[] {
	const found: Import[] = [];
	const add = (node: ts.Expression | undefined, isType: boolean) => {
		if (!node || !ts.isStringLiteral(node)) return;
		const [to = ""] = node.text.split("?");
		if (to.startsWith("#")) found.push({ from: path, to: to.slice(1), isType });
		else if (to.startsWith(".")) found.push({ from: path, to: normalize(join(dirname(path), to)), isType });
		else found.push({ from: path, to: `package:${to}`, isType });
	};
	const visit = (node: ts.Node) => {
		if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause));
		else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
		else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
			add(node.argument.literal as ts.Expression, true);
		} else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
			add(node.arguments[0], false);
		}
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return found;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
	if (!clause) return false;
	if (clause.isTypeOnly) return true;
	const names = clause.namedBindings;
	return !clause.name && !!names && ts.isNamedImports(names) && names.elements.every((one) => one.isTypeOnly);
}

/** Whether a path is one of the given files or is in one of the given folders. */
const isPathIn = (path: string, places: readonly string[]) =>
	places.some((place) => path === place || path.startsWith(`${place}/`) || path.startsWith(`${place}.`));

/**
 * Modules that every layer may import, such as settings, log, events, errors and text. These modules import no layer.
 */
const SHARED_MODULES = [
	"app/env.server.ts",
	"app/singleton.server.ts",
	"app/background-work.server.ts",
	"app/backoff.ts",
	"app/job-queue.server.ts",
	"db/connection-error.ts",
	"app/http/log.server.ts",
	"app/realtime/events.ts",
	"app/text",
	"app/models/errors.ts",
	"db/shapes.ts",
];

/**
 * Each layer of the code, and what the layer may import besides itself and SHARED_MODULES. Imports of types are not
 * checked, because types do not exist at run time.
 */
const LAYERS: { layer: string; may: string[]; mayTypesOf?: string[] }[] = [
	{
		layer: "app/routes",
		may: [
			"app/models",
			"app/ai/reply",
			"app/ai/api-answer",
			"app/ai/copilot",
			"app/realtime",
			"app/auth",
			"app/http",
			"app/components",
			"app/i18n",
			"app/styles.css",
		],
	},
	{ layer: "app/http", may: ["app/models", "app/realtime"] },
	{ layer: "app/auth", may: ["app/models", "app/http", "db"] },
	{ layer: "app/jobs", may: ["app/models", "app/ai", "app/mail", "app/realtime/publish"] },
	{ layer: "app/mail", may: [] },
	{ layer: "app/ai", may: ["app/models", "app/realtime/publish"] },
	{ layer: "app/models", may: ["db", "app/realtime/publish"] },
	{ layer: "app/realtime/client", may: [] },
	{ layer: "app/realtime", may: ["db"] },
	{
		layer: "app/components",
		may: ["app/i18n", "app/realtime/client"],
		mayTypesOf: ["app/models", "app/realtime"],
	},
	{ layer: "app/i18n", may: [] },
	{ layer: "app/text", may: [] },
	{ layer: "db", may: [] },
	{ layer: "embedded-postgres", may: [] },
	{
		layer: "demo",
		may: ["app/models", "app/auth", "app/http", "app/components", "db"],
	},
	{ layer: "commands", may: ["app", "db", "demo", "embedded-postgres/index"] },
];

/** Single exceptions from the rules about layers, each with its reason. An unused exception fails the test. */
const LAYER_RULE_EXCEPTIONS: { from: string; to: string; because: string }[] = [
	{
		from: "app/routes.ts",
		to: "demo/shop-routes/routes.ts",
		because: "the demo shop has URLs too",
	},
	{
		from: "app/routes/ops/readyz.ts",
		to: "db/is-migrated.server.ts",
		because: "readiness is about the database itself",
	},
	{
		from: "app/routes/ops/readyz.ts",
		to: "app/ai/language/detect-language.server.ts",
		because: "a process is not ready before its language detector is loaded",
	},
	{
		from: "demo/prepare-demo.ts",
		to: "app/ai/embeddings.server.ts",
		because: "the demo store is found by meaning from its first minute",
	},
	{
		from: "app/http/rate-limit.server.ts",
		to: "db/client.server.ts",
		because: "rate limits do not belong to a noun of the store",
	},
	{
		from: "app/models/chat-session/inbox.server.ts",
		to: "app/realtime/inbox-order.ts",
		because: "the agents' list has one order on the server and in browsers",
	},
];

/** The string literals of a file, without its comments. */
function stringsOf({ tree }: Source): string[] {
	const found: string[] = [];
	const visit = (node: ts.Node) => {
		if (ts.isStringLiteralLike(node) || ts.isJsxText(node)) found.push(node.text);
		else if (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node))
			found.push(node.text);
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return found;
}

function containsNode(source: Source, matches: (node: ts.Node) => boolean): boolean {
	const visit = (node: ts.Node): boolean =>
		matches(node) || !!ts.forEachChild(node, (child) => visit(child) || undefined);
	return visit(source.tree);
}

/**
 * Finds the groups of files that import each other, directly or through other files (Tarjan's strongly connected
 * components).
 */
function findImportCycles(all: Import[]): string[][] {
	const next = new Map<string, string[]>();
	for (const { from, to } of all) next.set(from, [...(next.get(from) ?? []), to]);
	const circles: string[][] = [];
	const index = new Map<string, number>();
	const low = new Map<string, number>();
	const stack: string[] = [];
	const visit = (file: string) => {
		index.set(file, index.size);
		low.set(file, index.size - 1);
		stack.push(file);
		for (const to of next.get(file) ?? []) {
			if (!index.has(to)) visit(to);
			if (stack.includes(to)) low.set(file, Math.min(low.get(file) ?? 0, low.get(to) ?? 0));
		}
		if (low.get(file) !== index.get(file)) return;
		const circle = stack.splice(stack.indexOf(file));
		if (circle.length > 1) circles.push(circle.sort());
	};
	for (const file of next.keys()) if (!index.has(file)) visit(file);
	return circles;
}

describe("imports", () => {
	it("follow the rules of the layers", () => {
		const strangers = imports.filter(({ from, to, isType }) => {
			if (to.startsWith("package:") || isPathIn(to, SHARED_MODULES)) return false;
			const rule = LAYERS.find(({ layer }) => isPathIn(from, [layer]));
			if (!rule || isPathIn(to, [rule.layer, ...rule.may])) return false;
			if (isType && isPathIn(to, rule.mayTypesOf ?? [])) return false;
			return !LAYER_RULE_EXCEPTIONS.some((door) => door.from === from && door.to === to);
		});
		expect(strangers.map(({ from, to }) => `${from} may not import ${to}`)).toEqual([]);
	});

	it("have no circle, types included", () => {
		expect(findImportCycles(imports)).toEqual([]);
	});

	it("of two layers run one way", () => {
		const layerOf = (path: string) => LAYERS.find(({ layer }) => isPathIn(path, [layer]))?.layer;
		const pairs = new Set(
			imports
				.filter(({ to }) => !to.startsWith("package:") && !isPathIn(to, SHARED_MODULES))
				.filter(({ from, to }) => !LAYER_RULE_EXCEPTIONS.some((door) => door.from === from && door.to === to))
				.map(({ from, to, isType }) => [layerOf(from), layerOf(to), isType] as const)
				.filter(([from, to, isType]) => {
					const rule = LAYERS.find(({ layer }) => layer === from);
					return from && to && from !== to && !(isType && rule?.mayTypesOf?.includes(to));
				})
				.map(([from, to]) => `${from} -> ${to}`),
		);
		const mutual = [...pairs].filter((pair) => pairs.has(pair.split(" -> ").reverse().join(" -> ")));
		expect(mutual).toEqual([]);
	});

	it("use every exception", () => {
		const unused = LAYER_RULE_EXCEPTIONS.filter(
			(door) => !imports.some(({ from, to }) => from === door.from && to === door.to),
		);
		expect(unused).toEqual([]);
	});

	it("come from a file of a known layer, or from one at the top of app/", () => {
		const top = /^app\/[\w.-]+\.(ts|tsx)$/;
		const homeless = nonTestSources.filter(
			({ path }) => !top.test(path) && !LAYERS.some(({ layer }) => isPathIn(path, [layer])),
		);
		expect(homeless.map(({ path }) => path)).toEqual([]);
	});

	it("lead into routes only from the routes of the raw handler, and to the worker only from boot", () => {
		const into = (place: string, allowed: (from: string) => boolean) =>
			imports
				.filter(({ from, to }) => isPathIn(to, [place]) && !allowed(from))
				.map(({ from, to }) => `${from} -> ${to}`);
		expect(
			into("app/routes", (from) => isPathIn(from, ["app/routes"]) || from === "app/raw-routes.server.ts"),
		).toEqual([]);
		expect(into("app/jobs/worker", (from) => from === "app/boot.server.ts")).toEqual([]);
		expect(into("tests", () => false)).toEqual([]);
		expect(into("commands", (from) => isPathIn(from, ["commands"]))).toEqual([]);
	});

	it("of the adapter for model servers lead only into it, and only from app/ai/openai.server.ts", () => {
		const adapter = (path: string) => isPathIn(path, ["app/ai/openai"]) && path !== "app/ai/openai.server.ts";
		const wrong = imports.filter(
			({ from, to }) =>
				(adapter(to) && !adapter(from) && from !== "app/ai/openai.server.ts") ||
				(adapter(from) && to === "app/ai/openai.server.ts"),
		);
		expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
	});

	it("let only analyseQuestion compute what a question says", () => {
		const analysis = "app/ai/analyse-question.server.ts";
		/**
		 * Each module that computes a part of a question's analysis, with the other files that may import it to analyse other
		 * texts.
		 */
		const parts: Record<string, string[]> = {
			"app/ai/language/question-language.server.ts": [
				// This file analyses a search query of a model or an agent.
				"app/ai/retrieve.server.ts",
			],
			"app/ai/intent/person-request.ts": [],
			"app/ai/intent/classify.server.ts": [
				// This file classifies passages, and reads search queries and parts of a question.
				"app/ai/intent/search-intents.ts",
				// This file uses only the version of the model.
				"app/ai/embeddings.server.ts",
				// This file classifies the intent of a question without the question's words about other people.
				"app/ai/intent/person-request.ts",
				// This file analyses earlier messages.
				"app/ai/reply/cached-answer.server.ts",
				// This file uses only the list of intent labels.
				"app/ai/model-classification.server.ts",
			],
			"app/ai/conversation/read-conversation.ts": [],
			"app/models/order/numbers.ts": [
				// This file reads earlier messages.
				"app/ai/conversation/read-conversation.ts",
				// These files find the order numbers in all messages of a session, and remove them from cached questions.
				"app/ai/escalation/handover.server.ts",
				"app/models/customer/personal-data.ts",
				// This file normalises the order number that a caller has.
				"app/models/order/order.server.ts",
			],
		};
		const importersOf = (file: string) => [
			...new Set(imports.filter(({ to, isType }) => to === file && !isType).map(({ from }) => from)),
		];
		for (const [part, others] of Object.entries(parts)) {
			expect(importersOf(part).sort(), part).toEqual([analysis, ...others].sort());
		}
	});

	it("lead from the app into the demo only from its routes", () => {
		const seams = imports.filter(({ from, to }) => isPathIn(from, ["app"]) && isPathIn(to, ["demo"]));
		expect(seams.map(({ from, to }) => `${from} -> ${to}`)).toEqual([
			"app/routes.ts -> demo/shop-routes/routes.ts",
		]);
		const sheets = files.filter(
			(path) => /^app\/.*\.css$/.test(path) && /\bdemo\b/.test(readFileSync(join(ROOT, path), "utf8")),
		);
		expect(sheets).toEqual(["app/styles.css"]);
	});

	it("lead from the embedded database into nothing else of the project", () => {
		const outside = imports.filter(
			({ from, to }) =>
				isPathIn(from, ["embedded-postgres"]) &&
				!to.startsWith("package:") &&
				!isPathIn(to, ["embedded-postgres"]),
		);
		expect(outside).toEqual([]);
	});

	it("keep the database's driver in db/ and the listener, and OpenAI's in one file", () => {
		const users = (name: string) =>
			imports
				.filter(({ to }) => to === `package:${name}` || to.startsWith(`package:${name}/`))
				.map(({ from }) => from);
		// Tests must use our copy of the Postgres driver too. The copy takes only its types from the published package.
		const published = sources
			.flatMap(importsOf)
			.filter(({ to }) => to === "package:postgres")
			.map(({ from }) => from);
		expect(published).toEqual(["db/driver/postgres/index.d.ts", "tests/setup/driver-scenarios.ts"]);
		const driverUsers = imports.filter(({ to }) => to === "db/driver.ts").map(({ from }) => from);
		expect(driverUsers.filter((from) => !isPathIn(from, ["db", "app/realtime/listener"]))).toEqual([]);
		expect(driverUsers.length).toBeGreaterThan(0);
		expect(users("pg")).toEqual([]);
		expect([...new Set(users("openai"))]).toEqual(["app/ai/openai/wire/client.server.ts"]);
	});

	it("keep server code out of the browser: components and the client import server modules only as types", () => {
		const leaks = imports.filter(
			({ from, to, isType }) =>
				isPathIn(from, ["app/components", "app/realtime/client"]) && !isType && /\.server(\.|$)/.test(to),
		);
		expect(leaks).toEqual([]);
	});

	it("contain the file's extension, by subpath or from the same folder", () => {
		const texts = nonTestSources.flatMap(({ path, tree }) =>
			tree.statements
				.filter((node) => ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
				.map((node) =>
					node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier) ? node.moduleSpecifier.text : "",
				)
				.filter((text) => /^[.#]/.test(text) && !/\.(ts|tsx|js|json|css(\?url)?|mjs)$/.test(text))
				.map((text) => `${path} imports ${text}`),
		);
		expect(texts).toEqual([]);
	});
});

/** Matches the SQL statement NOTIFY and the function pg_notify. "notify me" in a customer's text does not match. */
const SENDS_NOTIFY = /\bpg_notify\b|\bNOTIFY\s|^\s*notify\s+"?\w+"?\s*,/;

describe("one place only", () => {
	it("reads process.env: app/env.server.ts, and the embedded database", () => {
		const readers = nonTestSources.filter(
			(source) =>
				containsNode(
					source,
					(node) => ts.isPropertyAccessExpression(node) && /^process\.env$/.test(node.getText()),
				) ||
				containsNode(
					source,
					(node) => ts.isElementAccessExpression(node) && /^process\[/.test(node.getText()),
				) ||
				containsNode(
					source,
					(node) => ts.isVariableDeclaration(node) && /^\{[^}]*\benv\b.*= process$/s.test(node.getText()),
				) ||
				imports.some(({ from, to }) => from === source.path && to === "package:node:process"),
		);
		// The embedded database passes its environment variables on to the process that it starts.
		expect(readers.map(({ path }) => path)).toEqual(["app/env.server.ts", "embedded-postgres/index.ts"]);
	});

	it("sends NOTIFY: the bus, and the self-test of the listener", () => {
		const senders = nonTestSources.filter(
			(source) =>
				stringsOf(source).some((text) => SENDS_NOTIFY.test(text)) ||
				containsNode(source, (node) => ts.isPropertyAccessExpression(node) && node.name.text === "notify"),
		);
		expect(
			senders
				.map(({ path }) => path)
				.filter((path) => !isPathIn(path, ["app/realtime/bus", "app/realtime/listener"])),
		).toEqual([]);
		expect(senders.some(({ path }) => isPathIn(path, ["app/realtime/bus"]))).toBe(true);
	});
});

describe("tests", () => {
	it("are skipped by needs() alone, so that each skipped one names its reason", () => {
		const isSkip = /\b(?:it|test|describe)\.(?:skip|skipIf|runIf|todo|only)\b/;
		const found = sources.filter(({ path, text }) => isTest(path) && isSkip.test(text));
		// This test file itself contains the names that the rule forbids.
		expect(found.map(({ path }) => path).filter((path) => path !== "tests/architecture.test.ts")).toEqual([]);
	});
});

describe("the tree", () => {
	it("has no folder for miscellaneous files", () => {
		const attics = /(^|\/)(utils?|libs?|helpers?|common|misc|shared|stuff)\//i;
		expect(files.filter((path) => attics.test(path))).toEqual([]);
	});

	it("has no file over four hundred lines", () => {
		const long = files
			.filter((path) => !path.startsWith("tests/") && /\.(ts|tsx|mjs|css)$/.test(path))
			.map((path) => ({ path, lines: readFileSync(join(ROOT, path), "utf8").split("\n").length }))
			.filter(({ lines }) => lines > MAX_FILE_LINES);
		expect(long).toEqual([]);
	});

	it("names files in lower case with hyphens", () => {
		const odd = files
			.filter((path) => !/^db\/(migrations|driver\/postgres)\//.test(path) && !path.endsWith("README.md"))
			.filter((path) => !/^[a-z0-9./-]+$/.test(path));
		expect(odd).toEqual([]);
	});

	it("has unit tests only beside the file that they test", () => {
		const lonely = files.filter((path) => {
			if (!isTest(path) || path.startsWith("tests/")) return false;
			const beside = readdirSync(join(ROOT, dirname(path)));
			const name =
				path
					.split("/")
					.at(-1)
					?.replace(/\.test\.tsx?$/, "") ?? "";
			return (
				!beside.some((file) => !isTest(file) && (file.startsWith(`${name}.`) || file === name)) &&
				dirname(path).split("/").at(-1) !== name
			);
		});
		expect(lonely).toEqual([]);
	});
});

describe("the documents", () => {
	const documents = [
		"README.md",
		"CONTRIBUTING.md",
		"SECURITY.md",
		"CHANGELOG.md",
		"demo/README.md",
		"embedded-postgres/README.md",
	].concat(
		readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
			.filter((path) => path.endsWith(".md"))
			.map((path) => `docs/${path.replaceAll("\\", "/")}`),
	);
	const textOf = (path: string) => readFileSync(join(ROOT, path), "utf8");

	it("name files and folders that exist", () => {
		const missing = documents.flatMap((path) =>
			[...textOf(path).matchAll(/`((?:app|db|demo|embedded-postgres|commands|tests|docs)\/[\w./-]+)`/g)]
				.map(([, named = ""]) => named)
				.filter((named) => !existsSync(join(ROOT, named)))
				.map((named) => `${path} names ${named}`),
		);
		expect(missing).toEqual([]);
	});

	it("link to pages that exist", () => {
		const missing = documents.flatMap((path) =>
			[...textOf(path).matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)]
				.map(([, target = ""]) => target)
				.filter((target) => !existsSync(join(ROOT, dirname(path), target)))
				.map((target) => `${path} links to ${target}`),
		);
		expect(missing).toEqual([]);
	});
});

describe("routes.ts", () => {
	type Entry = { file: string; path?: string; index?: boolean; children?: Entry[] };
	const flatten = (entries: Entry[], base = ""): { file: string; url: string; isLayout: boolean }[] =>
		entries.flatMap((entry) => {
			const url = [base, entry.path].filter(Boolean).join("/");
			return [
				{ file: normalize(join("app", entry.file)), url, isLayout: !!entry.children?.length },
				...flatten(entry.children ?? [], url),
			];
		});
	const listed = flatten(routes as Entry[]);

	it("lists every file that answers a URL, and no missing file", () => {
		const answers = nonTestSources
			.filter(
				({ path, tree }) =>
					/^(app\/routes|demo\/shop-routes)\//.test(path) &&
					exportsOf(tree).some((name) => ["loader", "action", "default"].includes(name)),
			)
			.map(({ path }) => path);
		expect([...new Set(listed.map(({ file }) => file))].sort()).toEqual([...answers].sort());
	});

	it("has one file for each URL", () => {
		const urls = listed.filter(({ isLayout }) => !isLayout).map(({ url }) => url);
		expect(urls.filter((url, index) => urls.indexOf(url) !== index)).toEqual([]);
	});

	it("has the URLs of the contract", () => {
		const promised = [
			"",
			"products/:slug",
			"help",
			"help/:slug",
			"chat",
			"chat/live",
			"chat/events",
			"chat/poll",
			"chat/sync",
			"admin/login",
			"admin/logout",
			"admin/chat",
			"admin/chat/:sessionId",
			"admin/chat/events",
			"api/chat/sessions",
			"api/chat/messages",
			"api/chat/ai-response",
			"healthz",
			"readyz",
		];
		const urls = new Set(listed.map(({ url }) => url));
		expect(promised.filter((url) => !urls.has(url))).toEqual([]);
	});
});

function exportsOf(tree: ts.SourceFile): string[] {
	return tree.statements.flatMap((node) => {
		if (ts.isExportAssignment(node)) return ["default"];
		if (ts.isExportDeclaration(node) && node.exportClause && ts.isNamedExports(node.exportClause)) {
			return node.exportClause.elements.map((one) => one.name.text);
		}
		if (!ts.canHaveModifiers(node)) return [];
		const modifiers = ts.getModifiers(node)?.map((one) => one.kind) ?? [];
		if (!modifiers.includes(ts.SyntaxKind.ExportKeyword)) return [];
		if (modifiers.includes(ts.SyntaxKind.DefaultKeyword)) return ["default"];
		if (ts.isVariableStatement(node))
			return node.declarationList.declarations.map((one) => one.name.getText());
		return ts.isFunctionDeclaration(node) && node.name ? [node.name.text] : [];
	});
}

describe("the app", () => {
	const folder = join(ROOT, "demo/seed/articles");
	const articles = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
	/** Normalises a text for a search: single spaces, lower case. */
	const plain = (text: string) =>
		text
			.replace(/[*_`#>[\]]/g, "")
			.replace(/\s+/g, " ")
			.toLowerCase();
	const inApp = files
		.filter((path) => /^app\/.*\.(ts|tsx|css|yaml|yml|json|md)$/.test(path) && !isTest(path))
		.map((path) => ({ path, text: plain(readFileSync(join(ROOT, path), "utf8")) }));
	const foundIn = (needles: string[]) =>
		needles.flatMap((needle) => {
			const wanted = plain(needle).trim();
			const word = new RegExp(`(?<![\\w-])${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(?![\\w-])`);
			return inApp
				.filter(({ text }) => text.includes(wanted) && word.test(text))
				.map(({ path }) => `${path}: ${needle}`);
		});

	it("contains no name or slug of a demo product", () => {
		const names = seedProducts.flatMap((product) => [product.name, product.slug]);
		expect(names.length).toBeGreaterThan(30);
		expect(foundIn(names)).toEqual([]);
	});

	it("contains no order and no customer of the demo store", () => {
		const orders = createSeedOrders(new Date());
		const numbers = orders.flatMap(({ number }) => [number, number.replace(/^\D+/, "")]);
		expect(numbers.length).toBeGreaterThan(100);
		expect(foundIn([...numbers, ...seedPeople.flatMap(({ id, name }) => [id, name])])).toEqual([]);
	});

	it("contains no sentence of a demo article or product", () => {
		const sentences = [...articles, ...seedProducts.map(({ description }) => description)]
			.flatMap((text) => text.replace(/^---\n[\s\S]*?\n---\n/, "").split(/(?<=[.?!:])\s+|\n+/))
			.map((sentence) => plain(sentence).trim())
			.filter((sentence) => sentence.split(" ").length >= 5 && sentence.length >= 30);
		expect(articles.length).toBeGreaterThanOrEqual(15);
		expect(sentences.length).toBeGreaterThan(200);
		expect(foundIn(sentences)).toEqual([]);
	});

	it("contains no number of a demo article", () => {
		const facts = articles.flatMap(
			(text) => text.match(/[€$£]\s?\d[\d.,]*|\b[\w.]+@[\w.]+\b|\+?\d[\d ()-]{7,}\d/g) ?? [],
		);
		expect(facts.length).toBeGreaterThan(5);
		expect(foundIn(facts.map((fact) => fact.replace(/[.,]$/, "")))).toEqual([]);
	});
});
