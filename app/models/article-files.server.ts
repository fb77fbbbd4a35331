import { readdir, readFile, stat } from "node:fs/promises";
import { basename, extname, join, relative } from "node:path";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { z } from "zod/v4";
import { slugify } from "./article-passages.ts";

/** A file or folder that cannot be imported; the message names it and says what is wrong in one sentence. */
export class KnowledgeImportError extends Error {}

/** An article as a file holds it; `path` is relative to the folder. */
export type ArticleFile = {
	path: string;
	slug: string;
	title: string;
	body: string;
	locale: string;
	audience: "everyone" | "agents";
	/** Days, both included, between which it holds; null is without end. */
	validFrom: string | null;
	validUntil: string | null;
};

const day = z.iso.date({ error: "must be a day such as 2026-12-24" }).optional();

const frontMatterSchema = z.object({
	title: z.string().trim().min(1).optional(),
	slug: z.string().trim().min(1).optional(),
	locale: z.string().trim().min(2).optional(),
	language: z.string().trim().min(2).optional(),
	audience: z.enum(["everyone", "agents"], { error: "must be everyone or agents" }).optional(),
	validFrom: day,
	validUntil: day,
});

const FRONT_MATTER = /^---[ \t]*\r?\n([\s\S]*?)\r?\n?---[ \t]*(?:\r?\n|$)/;
const FIRST_HEADING = /^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$/m;

/**
 * Reads one Markdown article. Front matter (title, slug, locale, audience, validFrom, validUntil) is optional; without a title the first
 * heading is the title, without a heading the file's name; without a slug the file's name is the slug.
 * @param path as it is to be named in messages; @throws KnowledgeImportError naming the file and the fault.
 */
export function readArticle(path: string, text: string): ArticleFile {
	const source = text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
	const matter = FRONT_MATTER.exec(source);
	const front = frontMatterOf(path, matter?.[1]);
	let body = source.slice(matter?.[0].length ?? 0).trim();
	const name = basename(path, extname(path));
	const heading = FIRST_HEADING.exec(body);
	const title = front.title ?? heading?.[1]?.trim() ?? name.replace(/[-_]+/g, " ");
	// The page shows the title itself, so a heading that only repeats it would be read twice.
	if (heading?.[1]?.trim() === title && body.startsWith(heading[0]))
		body = body.slice(heading[0].length).trim();
	const slug = slugify(front.slug ?? name);
	if (!slug)
		throw new KnowledgeImportError(`${path}: the file's name has no letter or digit to make an address of.`);
	if (!body) throw new KnowledgeImportError(`${path}: there is no text below the title.`);
	if (body.includes("\u0000")) throw new KnowledgeImportError(`${path}: the text contains a NUL character.`);
	const { validFrom = null, validUntil = null, audience = "everyone" } = front;
	if (validFrom && validUntil && validUntil < validFrom) {
		throw new KnowledgeImportError(`${path}: it would end (${validUntil}) before it begins (${validFrom}).`);
	}
	const locale = front.locale ?? front.language ?? "en";
	return { path, slug, title, body, locale, audience, validFrom, validUntil };
}

function frontMatterOf(path: string, yaml: string | undefined): z.infer<typeof frontMatterSchema> {
	if (!yaml?.trim()) return {};
	let data: unknown;
	try {
		data = parseYaml(yaml);
	} catch (error) {
		const line = error instanceof YAMLParseError ? error.linePos?.[0]?.line : undefined;
		const place = line ? `${path}:${line + 1}` : path;
		throw new KnowledgeImportError(`${place}: the front matter is not valid YAML.`, { cause: error });
	}
	const parsed = frontMatterSchema.safeParse(data ?? {});
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	throw new KnowledgeImportError(
		`${path}: front matter ${issue?.path.join(".") || "block"}: ${issue?.message}.`,
	);
}

/** The Markdown files of a folder and its subfolders, in order of name. */
async function findMarkdown(directory: string): Promise<string[]> {
	const entries = await readdir(directory, { withFileTypes: true });
	entries.sort((a, b) => a.name.localeCompare(b.name));
	const files: string[] = [];
	for (const entry of entries) {
		if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
		const path = join(directory, entry.name);
		if (entry.isDirectory()) files.push(...(await findMarkdown(path)));
		else if (/\.(md|markdown)$/i.test(entry.name)) files.push(path);
	}
	return files;
}

/**
 * Reads and checks every Markdown file of a folder and its subfolders; nothing is saved.
 * @throws KnowledgeImportError when the folder or a file in it cannot be used, or two files have one slug.
 */
export async function readArticles(directory: string): Promise<ArticleFile[]> {
	const kind = await stat(directory).catch(() => null);
	if (!kind) throw new KnowledgeImportError(`${directory}: there is no such folder.`);
	if (!kind.isDirectory())
		throw new KnowledgeImportError(`${directory}: this is a file; name the folder it is in.`);
	const paths = await findMarkdown(directory);
	if (paths.length === 0)
		throw new KnowledgeImportError(`${directory}: there are no Markdown files (*.md) in it.`);
	const articles: ArticleFile[] = [];
	const bySlug = new Map<string, string>();
	for (const path of paths) {
		const shown = relative(directory, path);
		const article = readArticle(shown, await readFile(path, "utf8"));
		const twin = bySlug.get(article.slug);
		if (twin)
			throw new KnowledgeImportError(`${shown}: ${twin} has the same slug "${article.slug}"; rename one.`);
		bySlug.set(article.slug, shown);
		articles.push(article);
	}
	return articles;
}
