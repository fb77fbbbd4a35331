CREATE TABLE "passage_vectors" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "passage_vectors_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"model" text NOT NULL,
	"content_hash" text NOT NULL,
	"vector" "bytea",
	"claimed_until" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "article_passages" ALTER COLUMN "search" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "article_passages" ALTER COLUMN "search" DROP EXPRESSION;--> statement-breakpoint
ALTER TABLE "article_passages" ADD COLUMN "config" text DEFAULT 'english' NOT NULL;--> statement-breakpoint
ALTER TABLE "article_passages" ADD COLUMN "content_hash" text GENERATED ALWAYS AS (md5(title || chr(10) || heading || chr(10) || body)) STORED;--> statement-breakpoint
CREATE UNIQUE INDEX "passage_vectors_once" ON "passage_vectors" USING btree ("model","content_hash");--> statement-breakpoint
CREATE INDEX "article_passages_content" ON "article_passages" USING btree ("content_hash");
--> statement-breakpoint
-- Passages of other languages were stemmed as English until now; from here on saving does this (app/models/search/languages.ts).
WITH languages (language, config) AS (VALUES
	('ar', 'arabic'), ('hy', 'armenian'), ('eu', 'basque'), ('ca', 'catalan'), ('da', 'danish'), ('nl', 'dutch'),
	('en', 'english'), ('fi', 'finnish'), ('fr', 'french'), ('de', 'german'), ('el', 'greek'), ('hi', 'hindi'),
	('hu', 'hungarian'), ('id', 'indonesian'), ('ga', 'irish'), ('it', 'italian'), ('lt', 'lithuanian'),
	('ne', 'nepali'), ('no', 'norwegian'), ('nb', 'norwegian'), ('nn', 'norwegian'), ('pt', 'portuguese'),
	('ro', 'romanian'), ('ru', 'russian'), ('sr', 'serbian'), ('es', 'spanish'), ('sv', 'swedish'), ('ta', 'tamil'),
	('tr', 'turkish'), ('yi', 'yiddish')
), configs AS (
	SELECT a.id, coalesce(l.config, 'simple') AS config
	FROM articles a LEFT JOIN languages l ON l.language = lower(split_part(a.locale, '-', 1))
)
UPDATE article_passages p
SET config = c.config,
	search = setweight(to_tsvector(c.config::regconfig, translate(p.title, '/', ' ')), 'A') ||
		setweight(to_tsvector(c.config::regconfig, translate(p.heading, '/', ' ')), 'B') ||
		setweight(to_tsvector(c.config::regconfig, translate(p.body, '/', ' ')), 'C')
FROM configs c WHERE c.id = p.article_id AND c.config <> 'english';
