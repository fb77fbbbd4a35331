ALTER TABLE "articles" ADD COLUMN "source" text;--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "source_path" text;--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "passages_version" integer DEFAULT 0 NOT NULL;