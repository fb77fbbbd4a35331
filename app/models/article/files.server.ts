import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { z } from "zod/v4";
import { readText, UnreadableText } from "#app/models/store-import/file-text.server.ts";
import { FrontMatterFault, parseFrontMatter, publicationOf, unusedKeys } from "./front-matter.ts";
import { parseMarkdown, plainText, removeHiddenParts } from "./markdown.ts";
import { isSameTitle, slugify } from "./passages.ts";
import { slugFrom } from "./slug.ts";

/** Error: a file or folder of articles cannot be imported. The message names it and says why in one sentence. */
export class KnowledgeImportError extends Error {}

/** An article as read from a file; `path` is relative to the imported folder. */
export type ArticleFile = {
	path: string;
	slug: string;
	/**
	 * The slug that earlier versions of this program gave the file, when it differs from the present slug; otherwise null.
	 */
	legacySlug: string | null;
	title: string;
	body: string;
	locale: string;
	audience: "everyone" | "agents";
	/** The first and last day on which the article is valid, both inclusive; null means no limit. */
	validFrom: string | null;
	validUntil: string | null;
	/** Why the article is a draft, such as "draft: true" in its front matter; null when the article is to be published. */
	draft: string | null;
	/** Warnings about parts of the article's file that are ignored. */
	notes: string[];
};

/** The result of reading a folder of articles: the articles to import, and messages about everything else. */
export type ArticleFolder = {
	articles: ArticleFile[];
	drafts: ArticleFile[];
	/** Messages about files that cannot be imported, one for each file, with the file's name. */
	refused: string[];
	notes: string[];
	/** Paths of files that cannot be imported. The articles that were imported from these files before stay unchanged. */
	refusedPaths: string[];
	/** False when a part of the folder could not be read. Then the import cannot know which files were removed. */
	isComplete: boolean;
};

const singleLineText = z
	.string({ error: "must be one line of text" })
	.transform((text) => text.replace(/\s+/g, " ").trim());
const dayOrNothing = z.iso.date({ error: "must be a day such as 2026-12-24" });
const optionalField = <Schema extends z.ZodType>(schema: Schema) =>
	z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

const frontMatterSchema = z.object({
	title: optionalField(singleLineText),
	slug: optionalField(singleLineText),
	locale: optionalField(singleLineText.pipe(z.string().min(2, "must be a language such as en or pt-BR"))),
	audience: optionalField(z.enum(["everyone", "agents"], { error: "must be everyone or agents" })),
	validFrom: optionalField(dayOrNothing),
	validUntil: optionalField(dayOrNothing),
});

/** File names such as index.md and README.md. An article in such a file gets its name from the folder. */
const INDEX_FILE_NAME = /^(?:_?index|readme)$/i;

/**
 * Reads one article from a Markdown file. Front matter is optional. The title comes from the front matter, otherwise
 * from the first heading, otherwise from the file name. The slug comes from the front matter, otherwise from the file
 * name, or from the folder's name for `index.md`.
 * @param path the path to use in messages.
 * @throws KnowledgeImportError with the file and the fault.
 */
export function readArticle(path: string, text: string): ArticleFile {
	try {
		return parseArticle(path, text);
	} catch (error) {
		if (!(error instanceof FrontMatterFault)) throw error;
		const location = error.line === null ? path : `${path}:${error.line}`;
		throw new KnowledgeImportError(`${location}: ${error.message}.`, { cause: error });
	}
}

function parseArticle(path: string, text: string): ArticleFile {
	const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
	if (source.includes("\u0000"))
		throw new KnowledgeImportError(`${path}: the text contains a NUL character.`);
	const { values, body: below, linesAbove } = parseFrontMatter(source);
	const unused = unusedKeys(values.keys());
	const byKey = new Map([...values].map(([key, value]) => [key.toLowerCase(), value]));
	const publication = publicationOf(byKey, new Date().toISOString().slice(0, 10));
	const front = checkValues(path, byKey);

	const { text: shown, unclosed } = removeHiddenParts(below);
	if (unclosed) {
		const fault = `${unclosed.what} is opened and never closed; nothing below it would be shown`;
		throw new KnowledgeImportError(`${path}:${linesAbove + unclosed.line}: ${fault}.`);
	}
	const { title: heading, rest } = splitTitle(shown);
	const { name, fullName } = articleFileName(path);
	const title = front.title || heading || name.replace(/[-_]+/g, " ");
	// The help page shows the article's title itself, so a first heading that repeats the title is removed.
	const body = trimBlankLines(rest !== null && isSameTitle(heading, title) ? rest : shown);
	const leftOut = new Set<string>();
	if (parseMarkdown(body, leftOut).length === 0) {
		throw new KnowledgeImportError(`${path}: there is no text below the title.`);
	}
	const slug = front.slug ? slugFrom(front.slug) : slugFrom(name) || hashedSlug(fullName);
	if (!slug) throw new KnowledgeImportError(`${path}: front matter slug: has no letter or digit.`);
	const legacySlug = slugify(front.slug ?? basename(path, extname(path)));
	const { validFrom = null, validUntil = null, audience = "everyone", locale = "en" } = front;
	if (validFrom && validUntil && validUntil < validFrom) {
		throw new KnowledgeImportError(`${path}: it would end (${validUntil}) before it begins (${validFrom}).`);
	}
	return {
		path,
		slug,
		legacySlug: legacySlug && legacySlug !== slug ? legacySlug : null,
		title,
		body,
		locale,
		audience,
		validFrom,
		validUntil,
		draft: publication.isPublished ? null : publication.why,
		notes: [
			...(unused.length > 0 ? [`${path}: front matter that is not used: ${unused.join(", ")}.`] : []),
			...(leftOut.size > 0
				? [`${path}: HTML tags were left out, their text was kept: ${[...leftOut].sort().join(", ")}.`]
				: []),
			...(body.includes("\uFFFD")
				? [`${path}: it contains U+FFFD, which stands for a letter that was lost before.`]
				: []),
		],
	};
}

/** Removes blank lines at both ends of an article. The first line keeps its indent, because an indent may mean code. */
const trimBlankLines = (text: string) => text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();

function checkValues(path: string, values: Map<string, unknown>): z.infer<typeof frontMatterSchema> {
	const parsed = frontMatterSchema.safeParse({
		title: booleanToText(values.get("title")),
		slug: booleanToText(values.get("slug")),
		locale: values.get("locale") ?? values.get("language") ?? values.get("lang"),
		audience: values.get("audience"),
		validFrom: values.get("validfrom"),
		validUntil: values.get("validuntil"),
	});
	if (parsed.success) return parsed.data;
	const faults = parsed.error.issues.map(
		(issue) => `${path}: front matter ${issue.path.join(".")}: ${issue.message}.`,
	);
	throw new KnowledgeImportError(faults.join("\n"));
}

/** Turns a boolean back into text, because YAML reads titles such as "yes" as booleans. */
const booleanToText = (value: unknown) => (typeof value === "boolean" ? String(value) : value);

/**
 * Returns the text of the first heading, and the body without that heading if the heading is at the top; otherwise
 * null.
 */
function splitTitle(body: string): { title: string; rest: string | null } {
	const tokens = parseMarkdown(body);
	const index = tokens.findIndex(
		(token, at) => token.type === "heading_open" && plainText(tokens[at + 1]) !== "",
	);
	const map = tokens[index]?.map;
	if (!map) return { title: "", rest: null };
	const rest = index === 0 ? body.split("\n").slice(map[1]).join("\n") : null;
	return { title: plainText(tokens[index + 1]), rest };
}

/** The name of an article's file without its ending; for index files, the folder's name. */
function articleFileName(path: string): { name: string; fullName: string } {
	const fileName = basename(path, extname(path));
	const folder = basename(dirname(path));
	const fullName = path.replaceAll("\\", "/").normalize("NFC");
	return {
		name: INDEX_FILE_NAME.test(fileName) && folder !== "." && folder !== "" ? folder : fileName,
		fullName,
	};
}

/** The slug for a file name that has only punctuation: a hash of the path, so that the slug is always the same. */
const hashedSlug = (path: string) => `article-${createHash("sha256").update(path).digest("hex").slice(0, 8)}`;

/** Finds the Markdown files of a folder and its subfolders, ordered by name, and lists all other files. */
async function findMarkdown(directory: string) {
	const found = { paths: [] as string[], others: [] as string[], faults: [] as string[] };
	const visit = async (folder: string) => {
		const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
			found.faults.push(`${folder}: the folder cannot be read (${error.code}).`);
			return [];
		});
		entries.sort((a, b) => (a.name < b.name ? -1 : 1));
		for (const entry of entries) {
			if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
			const path = join(folder, entry.name);
			if (entry.isDirectory()) await visit(path);
			else if (/\.(md|markdown)$/i.test(entry.name)) found.paths.push(path);
			else found.others.push(relative(directory, path));
		}
	};
	await visit(directory);
	return found;
}

/**
 * Reads and checks every Markdown file of a folder and its subfolders; saves nothing. A file with a fault is reported,
 * and the other files are still read.
 * @throws KnowledgeImportError when the folder cannot be used.
 */
export async function readArticles(directory: string): Promise<ArticleFolder> {
	const kind = await stat(directory).catch(() => null);
	if (!kind) throw new KnowledgeImportError(`${directory}: there is no such folder.`);
	if (!kind.isDirectory())
		throw new KnowledgeImportError(`${directory}: this is a file; name the folder it is in.`);
	const { paths, others, faults } = await findMarkdown(directory);
	if (paths.length === 0 && faults.length === 0)
		throw new KnowledgeImportError(`${directory}: there are no Markdown files (*.md) in it.`);
	const folder: ArticleFolder = {
		articles: [],
		drafts: [],
		refused: faults,
		notes: others.length > 0 ? [`Files that are not Markdown were skipped: ${others.join(", ")}.`] : [],
		refusedPaths: [],
		isComplete: faults.length === 0,
	};
	const read: ArticleFile[] = [];
	for (const path of paths) {
		const shown = relative(directory, path);
		try {
			const { text, encoding } = await readText(await readFile(path));
			if (encoding !== "UTF-8") folder.notes.push(`${shown}: read as ${encoding}; check its letters.`);
			read.push(readArticle(shown, text));
		} catch (error) {
			folder.refused.push(faultMessage(shown, error));
			folder.refusedPaths.push(shown);
		}
	}
	const bySlug = new Map<string, ArticleFile[]>();
	for (const file of read)
		if (file.draft === null) bySlug.set(file.slug, [...(bySlug.get(file.slug) ?? []), file]);
	for (const file of read) {
		folder.notes.push(...file.notes);
		if (file.draft !== null) {
			folder.drafts.push(file);
			continue;
		}
		const twins = bySlug.get(file.slug)?.filter((other) => other !== file) ?? [];
		if (twins.length === 0) folder.articles.push(file);
		else {
			const others = twins.map(({ path }) => path).join(", ");
			folder.refused.push(
				`${file.path}: ${others} has the same address "${file.slug}"; rename one, or give it a slug in its front matter.`,
			);
			folder.refusedPaths.push(file.path);
		}
	}
	return folder;
}

/**
 * Returns the fault of an article's file as a message.
 * @throws the error again when it is not a fault of the file.
 */
function faultMessage(path: string, error: unknown): string {
	if (error instanceof KnowledgeImportError) return error.message;
	if (error instanceof UnreadableText) return `${path}: ${error.message}.`;
	const { code } = error as NodeJS.ErrnoException;
	if (typeof code === "string") return `${path}: it cannot be read (${code}).`;
	throw error;
}
