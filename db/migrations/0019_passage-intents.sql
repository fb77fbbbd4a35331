ALTER TABLE "article_passages" ADD COLUMN "intents" jsonb;--> statement-breakpoint
ALTER TABLE "article_passages" ADD COLUMN "intents_model" text;