import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { env, setEnv } from "#app/env.server.ts";
import postgres from "#db/driver.ts";
import { migrate } from "#db/migrate.ts";
import { needs } from "#tests/setup/needs.ts";
import { startOpenAiServer } from "#tests/setup/openai-server.ts";
import { findPgvectorPostgres, startPgvectorServer } from "#tests/setup/pgvector-server.ts";

const bin = findPgvectorPostgres();

/** Patterns of words about three subjects; texts about each subject get an own direction in the embedding space. */
const SUBJECTS = ["spotless|vinegar", "cheaper|discount", "parcel|courier"].map((words) => new RegExp(words));
const embeddingOf = (text: string) => [...SUBJECTS.map((words) => (words.test(text) ? 1 : 0.01)), 0.1];

const PGVECTOR = "pgvector (Debian's postgresql-N-pgvector, or PGVECTOR_POSTGRES)";

describe("a database with pgvector", needs(PGVECTOR, bin !== null), () => {
	let server: Awaited<ReturnType<typeof startPgvectorServer>>;
	let admin: postgres.Sql;
	/**
	 * The app's modules are imported only after the database exists, because they read the database's URL when they are
	 * loaded.
	 */
	let app: Awaited<ReturnType<typeof load>>;
	const load = async () => ({
		...(await import("#app/ai/embeddings.server.ts")),
		...(await import("#app/ai/retrieve.server.ts")),
		...(await import("#app/models/article/article.server.ts")),
		...(await import("#app/models/search/vector-index.server.ts")),
		...(await import("#db/client.server.ts")),
	});
	let provider: Awaited<ReturnType<typeof startOpenAiServer>>;

	beforeAll(async () => {
		server = await startPgvectorServer(bin ?? "");
		admin = postgres(server.url, { max: 1, onnotice: () => {} });
		const url = await newDatabase();
		await migrate(url);
		provider = await startOpenAiServer((response, request) => {
			const { input } = request.body as unknown as { input: string[] };
			const data = input.map((text, index) => ({ index, embedding: embeddingOf(text) }));
			response.writeHead(200, { "Content-Type": "application/json" });
			response.end(JSON.stringify({ data, model: "e", usage: { prompt_tokens: 5, total_tokens: 5 } }));
		});
		setEnv({
			DATABASE_URL: url,
			OPENAI_API_KEY: "k",
			OPENAI_BASE_URL: provider.url,
			OPENAI_EMBEDDING_MODEL: "quo'te",
		});
		app = await load();
	});
	afterAll(async () => {
		setEnv({ OPENAI_API_KEY: "", OPENAI_BASE_URL: "", OPENAI_EMBEDDING_MODEL: "" });
		await app?.closeDatabase();
		await provider?.close();
		await admin?.end();
		await server?.end();
	});

	async function newDatabase(owner = "admin", extensions: string[] = []): Promise<string> {
		const name = `shop_${randomBytes(5).toString("hex")}`;
		await admin.unsafe(`create database ${name} owner ${owner}`);
		const url = new URL(server.url);
		url.pathname = `/${name}`;
		for (const extension of extensions)
			await on(url.href, (sql) => sql.unsafe(`create extension ${extension}`));
		url.username = owner;
		return url.href;
	}
	async function on<Result>(url: string, work: (sql: postgres.Sql) => Promise<Result>): Promise<Result> {
		const sql = postgres(url, { max: 1, onnotice: () => {} });
		try {
			return await work(sql);
		} finally {
			await sql.end();
		}
	}
	const hasTable = (url: string) =>
		on(url, async (sql) => {
			const [row] = await sql`select to_regclass('passage_embeddings') is not null as has`;
			return row?.has as boolean;
		});
	const slugs = (found: { slug: string }[]) => found.map(({ slug }) => slug);

	it("is searched with an index, and finds passages without a term of the question", async () => {
		await app.saveArticle({ slug: "glarps", title: "Glarps", body: "Rinse a glarp with vinegar." });
		await app.saveArticle({ slug: "clubs", title: "Clubs", body: "Members get a discount in March." });
		const embedding = Float32Array.from(embeddingOf("spotless"));
		expect(await app.nearestInDatabase("quo'te", embedding, 3), "before anything is there").toBeNull();
		await app.updatePassageEmbeddings();
		expect(slugs(await app.retrievePassages({ query: "how to get mine spotless", limit: 1 }))).toEqual([
			"glarps",
		]);
		const near = await app.nearestInDatabase("quo'te", embedding, 3);
		expect(near).toHaveLength(2);
		expect(near?.[0]?.cosine).toBeGreaterThan(0.9);
		expect(near?.[1]?.cosine).toBeLessThan(0.3);
		const plan = await app.sql.begin(async (sql) => {
			await sql`set local enable_seqscan = off`;
			await sql`set local enable_sort = off`;
			return sql.unsafe(`explain select 1 from passage_embeddings where model = 'quo''te' and dimensions = 4
				order by embedding::vector(4) <=> '[1,0,0,0]'::vector(4) limit 3`);
		});
		expect(JSON.stringify(plan)).toMatch(/Index Scan using passage_embeddings_/);
	});

	it("finds articles saved later, and forgets deleted ones", async () => {
		await app.saveArticle({ slug: "vans", title: "Vans", body: "A courier brings it by noon." });
		await app.updatePassageEmbeddings();
		expect(slugs(await app.retrievePassages({ query: "my parcel", limit: 1 }))).toEqual(["vans"]);
		await app.sql`delete from passage_vectors where content_hash in
			(select content_hash from article_passages p join articles a on a.id = p.article_id where a.slug = 'vans')`;
		const near = await app.nearestInDatabase("quo'te", Float32Array.from(embeddingOf("parcel")), 9);
		expect(near).toHaveLength(2);
	});

	it("is searched in the process when the extension is dropped, and in the database again when it is back", async () => {
		await app.sql`drop extension vector cascade`;
		const find = () => app.retrievePassages({ query: "how to get mine spotless", limit: 1 });
		expect(slugs(await find())).toEqual(["glarps"]);
		await app.updatePassageEmbeddings();
		const asked = Float32Array.from(embeddingOf("spotless"));
		expect(await app.nearestInDatabase("quo'te", asked, 3)).toBeNull();
		await migrate(env().DATABASE_URL ?? "");
		await app.updatePassageEmbeddings();
		expect(await app.nearestInDatabase("quo'te", asked, 3)).toHaveLength(3);
		expect(slugs(await find())).toEqual(["glarps"]);
	});

	it("needs no administrator once the extension is installed", async () => {
		await admin.unsafe("create role plain login");
		const url = await newDatabase("plain", ["vector"]);
		await migrate(url);
		expect(await hasTable(url)).toBe(true);
	});
});
