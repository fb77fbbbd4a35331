import { closest, distance } from "fastest-levenshtein";
import { parse as parseToml, TomlDate, TomlError } from "smol-toml";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";

/** The front matter of an article's file (its keys and values), and the text after it. */
export type FrontMatter = {
	/** Front matter values by key, with the keys as the author wrote them; keys with the value null are left out. */
	values: Map<string, unknown>;
	/** The article's text after the front matter; `linesAbove` is the number of lines before that text. */
	body: string;
	linesAbove: number;
};

/** Error: front matter that cannot be parsed; `line` is its line in the file, counted from 1, or null when unknown. */
export class FrontMatterFault extends Error {
	constructor(
		message: string,
		readonly line: number | null = null,
	) {
		super(message);
	}
}

/** Front matter keys that describe an article, in lower case. */
const CONTENT_KEYS = ["title", "slug", "locale", "language", "lang", "audience", "validfrom", "validuntil"];
/**
 * Front matter keys that say whether to publish an article, as used by Hugo, Jekyll, Obsidian and content management
 * systems.
 */
const HIDING_KEYS = ["draft", "hidden", "unlisted", "private", "archived"];
const SHOWING_KEYS = ["published", "publish", "public"];
const STATE_KEYS = ["status", "visibility"];
const KNOWN_KEYS = [...CONTENT_KEYS, ...HIDING_KEYS, ...SHOWING_KEYS, ...STATE_KEYS];

/** Front matter keys that other programs use. They are ignored, and are not treated as misspelt keys. */
const OTHER_PROGRAMS_KEYS = new Set(
	`alias aliases author authors categories category created date description excerpt icon id image cover keywords
	lastmod layout link menu modified name nav_order order page parent permalink position publisher rank redirect_from
	section series sidebar_label sidebar_position site size sku sort subtitle summary tag tags template toc type
	updated url version weight`.split(/\s+/),
);

/**
 * Separates an article's front matter from its text. Front matter is YAML between `---` lines, TOML between `+++`
 * lines, or a JSON object. A `---` that is only a horizontal rule stays in the text.
 * @throws FrontMatterFault
 */
export function parseFrontMatter(source: string): FrontMatter {
	const blank = /^(?:[^\S\n]*\n)*/.exec(source)?.[0] ?? "";
	const text = source.slice(blank.length);
	const offset = blank.split("\n").length - 1;
	const none = { values: new Map<string, unknown>(), body: source, linesAbove: 0 };
	if (/^\{\s*"/.test(text)) return parseJsonObject(text, offset);
	const open = /^(---|\+\+\+)[ \t]*(?:(yaml|toml)[ \t]*)?(?:\n|$)/i.exec(text);
	if (!open) return none;
	const lines = text.split("\n");
	const isToml = open[1] === "+++" || open[2]?.toLowerCase() === "toml";
	const end = lines.findIndex(
		(line, index) => index > 0 && (line.trimEnd() === open[1] || (!isToml && line.trimEnd() === "...")),
	);
	const block = lines.slice(1, end === -1 ? undefined : end).join("\n");
	const isSure = isToml || startsWithKey(block);
	if (end === -1) {
		if (isSure) throw new FrontMatterFault(`the front matter has no closing ${open[1]} line`, offset + 1);
		return none;
	}
	const values = isToml ? parseTomlBlock(block, offset + 1) : parseYamlBlock(block, offset + 1, isSure);
	if (!values) return none;
	return { values, body: lines.slice(end + 1).join("\n"), linesAbove: offset + end + 1 };
}

/**
 * Whether a block between two `---` lines starts with a key, as front matter does and text after a horizontal rule does
 * not.
 */
function startsWithKey(block: string): boolean {
	if (/^["']?[A-Za-z_][\w.-]*["']?[ \t]*:(?:[ \t]|\n|$)/.test(block)) return true;
	return block
		.split("\n")
		.some((line) => KNOWN_KEYS.includes(/^([A-Za-z]+)[ \t]*:/.exec(line)?.[1]?.toLowerCase() ?? ""));
}

/**
 * Parses a YAML block between two `---` lines.
 * @returns null when the block is text between two horizontal rules and not front matter.
 */
function parseYamlBlock(block: string, linesAbove: number, isSure: boolean): Map<string, unknown> | null {
	const counter = new LineCounter();
	const document = parseDocument(block, { lineCounter: counter });
	const [fault] = document.errors;
	if (fault) {
		if (!isSure) return null;
		throw new FrontMatterFault(
			"the front matter is not valid YAML",
			linesAbove + counter.linePos(fault.pos[0]).line,
		);
	}
	if (document.contents === null || (isScalar(document.contents) && document.contents.value === null))
		return new Map();
	if (!isMap(document.contents) || !isSure) return null;
	const values = new Map<string, unknown>();
	for (const { key, value } of document.contents.items) {
		const name = isScalar(key) ? String(key.source ?? key.value) : String(key);
		if (isScalar(value)) {
			// Numbers and dates in front matter stay text, because the number 1.10 would become 1.1. Booleans keep their type.
			if (value.value === null) continue;
			values.set(name, typeof value.value === "boolean" ? value.value : String(value.source ?? value.value));
		} else if (value !== null) values.set(name, document.createNode(value).toJSON());
	}
	return values;
}

function parseTomlBlock(block: string, linesAbove: number): Map<string, unknown> {
	try {
		const entries = Object.entries(parseToml(block)).map(([key, value]): [string, unknown] => {
			if (value instanceof TomlDate) return [key, value.toISOString().slice(0, 10)];
			return [key, typeof value === "number" || typeof value === "bigint" ? String(value) : value];
		});
		return new Map(entries);
	} catch (error) {
		if (!(error instanceof TomlError)) throw error;
		throw new FrontMatterFault("the front matter is not valid TOML", linesAbove + error.line);
	}
}

/** Maximum length of JSON front matter, in lines. */
const MAX_JSON_LINES = 200;

function parseJsonObject(text: string, offset: number): FrontMatter {
	const lines = text.split("\n");
	for (let end = 1; end <= Math.min(lines.length, MAX_JSON_LINES); end++) {
		if (!lines[end - 1]?.trimEnd().endsWith("}")) continue;
		try {
			const data = JSON.parse(lines.slice(0, end).join("\n")) as Record<string, unknown>;
			const entries = Object.entries(data).filter(([, value]) => value !== null);
			return {
				values: new Map(
					entries.map(([key, value]) => [key, typeof value === "number" ? String(value) : value]),
				),
				body: lines.slice(end).join("\n"),
				linesAbove: offset + end,
			};
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
		}
	}
	throw new FrontMatterFault("the front matter is not valid JSON", offset + 1);
}

export type PublicationState = { isPublished: true } | { isPublished: false; why: string };

const TRUE_TEXTS = new Set(["true", "yes", "y", "on", "1"]);
const FALSE_TEXTS = new Set(["false", "no", "n", "off", "0"]);
const PUBLISHED_STATES = new Set(
	"published publish public live active visible everyone final current approved released done".split(" "),
);
const UNPUBLISHED_STATES = new Set(
	"draft private hidden internal unpublished unlisted archived archive pending review in-review future scheduled trash trashed deleted inactive disabled retired".split(
		" ",
	),
);

/**
 * Whether the author wants the article published.
 * @param values front matter by key in lower case.
 * @param today a day such as 2026-11-27.
 * @throws FrontMatterFault when a value means neither yes nor no.
 */
export function publicationOf(values: Map<string, unknown>, today: string): PublicationState {
	const unclear = (key: string, value: unknown, wanted: string) =>
		new FrontMatterFault(`front matter ${key}: must be ${wanted}, not ${JSON.stringify(value)}`);
	for (const [key, value] of values) {
		const word = String(value).trim().toLowerCase().replace(/[ _]+/g, "-");
		const hidden: PublicationState = { isPublished: false, why: `${key}: ${String(value)}` };
		if (word === "") continue;
		if (HIDING_KEYS.includes(key)) {
			if (TRUE_TEXTS.has(word)) return hidden;
			if (!FALSE_TEXTS.has(word)) throw unclear(key, value, "true or false");
		} else if (SHOWING_KEYS.includes(key)) {
			const day = /^\d{4}-\d\d-\d\d/.exec(word)?.[0];
			if (FALSE_TEXTS.has(word) || (day && day > today)) return hidden;
			if (!TRUE_TEXTS.has(word) && !day) throw unclear(key, value, "true or false");
		} else if (STATE_KEYS.includes(key)) {
			if (UNPUBLISHED_STATES.has(word)) return hidden;
			if (!PUBLISHED_STATES.has(word)) throw unclear(key, value, "published or draft");
		}
	}
	return { isPublished: true };
}

/** Maximum edit distance at which an unknown front matter key counts as a misspelling of a known key. */
const MAX_TYPO_DISTANCE = 2;

/**
 * Lists the front matter keys that the import does not use.
 * @throws FrontMatterFault for a misspelling of a known key, because that key may restrict who reads the article.
 */
export function unusedKeys(keys: Iterable<string>): string[] {
	const unused = [...keys].filter((key) => !KNOWN_KEYS.includes(key.toLowerCase()));
	for (const key of unused) {
		const written = key.toLowerCase();
		const near = closest(written, KNOWN_KEYS);
		if (!OTHER_PROGRAMS_KEYS.has(written) && distance(written, near) <= MAX_TYPO_DISTANCE) {
			const meant = KEY_SPELLINGS[near] ?? near;
			throw new FrontMatterFault(`front matter ${key}: there is no such key; ${meant} was probably meant`);
		}
	}
	return unused;
}

/** The spelling of known front matter keys that have capital letters, by key in lower case. */
const KEY_SPELLINGS: Record<string, string> = { validfrom: "validFrom", validuntil: "validUntil" };
