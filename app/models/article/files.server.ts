import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, join, relative } from "node:path";
import { z } from "zod/v4";
import { readText, UnreadableText } from "#app/models/store-import/file-text.server.ts";
import { addressOf } from "./address.ts";
import { FrontMatterFault, publicationOf, takeFrontMatter, unusedKeys } from "./front-matter.ts";
import { parseMarkdown, plainText, withoutHidden } from "./markdown.ts";
import { isSameTitle, slugify } from "./passages.ts";

/** A file or folder that cannot be imported; the message names it and says what is wrong in one sentence. */
export class KnowledgeImportError extends Error {}

/** An article as a file holds it; `path` is relative to the folder. */
export type ArticleFile = {
	path: string;
	slug: string;
	/** The address that versions before the current rule gave the file, where it is another. */
	earlierSlug: string | null;
	title: string;
	body: string;
	locale: string;
	audience: "everyone" | "agents";
	/** Days, both included, between which it holds; null is without end. */
	validFrom: string | null;
	validUntil: string | null;
	/** Why the author does not want it published, as in "draft: true"; null for an article to be published. */
	draft: string | null;
	/** What of the file is not used. */
	notes: string[];
};

/** A folder as it was read: what can be imported, and what is to be said of the rest. */
export type ArticleFolder = {
	articles: ArticleFile[];
	drafts: ArticleFile[];
	/** One line for each fault, with the file's name. */
	refused: string[];
	notes: string[];
	/** The files that are there and were refused: what is stored of them stays as it is. */
	refusedPaths: string[];
	/** False when a part of the folder could not be read, so that nobody knows what is no longer in it. */
	isWhole: boolean;
};

const word = z
	.string({ error: "must be one line of text" })
	.transform((text) => text.replace(/\s+/g, " ").trim());
const day = z.iso.date({ error: "must be a day such as 2026-12-24" });
const optional = <Schema extends z.ZodType>(schema: Schema) =>
	z.preprocess((value) => (value === "" ? undefined : value), schema.optional());

const frontMatterSchema = z.object({
	title: optional(word),
	slug: optional(word),
	locale: optional(word.pipe(z.string().min(2, "must be a language such as en or pt-BR"))),
	audience: optional(z.enum(["everyone", "agents"], { error: "must be everyone or agents" })),
	validFrom: optional(day),
	validUntil: optional(day),
});

/** Files that stand for their folder. */
const INDEX = /^(?:_?index|readme)$/i;

/**
 * Reads one Markdown article. Front matter is optional; without a title the first heading is the title, without a
 * heading the file's name; without a slug the file's name is the slug, or the folder's for `index.md`.
 * @param path as it is to be named in messages; @throws KnowledgeImportError naming the file and the fault.
 */
export function readArticle(path: string, text: string): ArticleFile {
	try {
		return read(path, text);
	} catch (error) {
		if (!(error instanceof FrontMatterFault)) throw error;
		const place = error.line === null ? path : `${path}:${error.line}`;
		throw new KnowledgeImportError(`${place}: ${error.message}.`, { cause: error });
	}
}

function read(path: string, text: string): ArticleFile {
	const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
	if (source.includes("\u0000"))
		throw new KnowledgeImportError(`${path}: the text contains a NUL character.`);
	const { values, body: below, linesAbove } = takeFrontMatter(source);
	const unused = unusedKeys(values.keys());
	const byKey = new Map([...values].map(([key, value]) => [key.toLowerCase(), value]));
	const publication = publicationOf(byKey, new Date().toISOString().slice(0, 10));
	const front = checkValues(path, byKey);

	const { text: shown, unclosed } = withoutHidden(below);
	if (unclosed) {
		const fault = `${unclosed.what} is opened and never closed; nothing below it would be shown`;
		throw new KnowledgeImportError(`${path}:${linesAbove + unclosed.line}: ${fault}.`);
	}
	const { title: heading, rest } = splitTitle(shown);
	const { name, fullName } = nameOf(path);
	const title = front.title || heading || name.replace(/[-_]+/g, " ");
	// The page shows the title itself, so a heading that only repeats it would be read twice.
	const body = withoutBlankEnds(rest !== null && isSameTitle(heading, title) ? rest : shown);
	const leftOut = new Set<string>();
	if (parseMarkdown(body, leftOut).length === 0) {
		throw new KnowledgeImportError(`${path}: there is no text below the title.`);
	}
	const slug = front.slug ? addressOf(front.slug) : addressOf(name) || addressWithoutLetters(fullName);
	if (!slug) throw new KnowledgeImportError(`${path}: front matter slug: has no letter or digit.`);
	const earlierSlug = slugify(front.slug ?? basename(path, extname(path)));
	const { validFrom = null, validUntil = null, audience = "everyone", locale = "en" } = front;
	if (validFrom && validUntil && validUntil < validFrom) {
		throw new KnowledgeImportError(`${path}: it would end (${validUntil}) before it begins (${validFrom}).`);
	}
	return {
		path,
		slug,
		earlierSlug: earlierSlug && earlierSlug !== slug ? earlierSlug : null,
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

/** Without blank lines at the ends. The first line keeps its indent, which may make it code. */
const withoutBlankEnds = (text: string) => text.replace(/^(?:[^\S\n]*\n)+/, "").trimEnd();

function checkValues(path: string, values: Map<string, unknown>): z.infer<typeof frontMatterSchema> {
	const parsed = frontMatterSchema.safeParse({
		title: asText(values.get("title")),
		slug: asText(values.get("slug")),
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

/** A title may be a word that YAML takes for yes or no. */
const asText = (value: unknown) => (typeof value === "boolean" ? String(value) : value);

/** The first heading's words, and the text without it where it stands at the top; null where it does not. */
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

/** What a file is called: its own name, or its folder's where it stands for the folder. */
function nameOf(path: string): { name: string; fullName: string } {
	const own = basename(path, extname(path));
	const folder = basename(dirname(path));
	const fullName = path.replaceAll("\\", "/").normalize("NFC");
	return { name: INDEX.test(own) && folder !== "." && folder !== "" ? folder : own, fullName };
}

/** An address for a name of punctuation alone, the same for the same path wherever and in whatever order it is read. */
const addressWithoutLetters = (path: string) =>
	`article-${createHash("sha256").update(path).digest("hex").slice(0, 8)}`;

/** The Markdown files of a folder and its subfolders, in order of name, and what else there is. */
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
 * Reads and checks every Markdown file of a folder and its subfolders; nothing is saved. A file with a fault does
 * not hide those of others: it is reported, and the rest is read.
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
		isWhole: faults.length === 0,
	};
	const read: ArticleFile[] = [];
	for (const path of paths) {
		const shown = relative(directory, path);
		try {
			const { text, encoding } = await readText(await readFile(path));
			if (encoding !== "UTF-8") folder.notes.push(`${shown}: read as ${encoding}; check its letters.`);
			read.push(readArticle(shown, text));
		} catch (error) {
			folder.refused.push(faultOf(shown, error));
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

/** A fault of one file as a line. @throws what is no fault of the file. */
function faultOf(path: string, error: unknown): string {
	if (error instanceof KnowledgeImportError) return error.message;
	if (error instanceof UnreadableText) return `${path}: ${error.message}.`;
	const { code } = error as NodeJS.ErrnoException;
	if (typeof code === "string") return `${path}: it cannot be read (${code}).`;
	throw error;
}
