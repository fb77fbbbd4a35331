ALTER TABLE "products" drop column "search";--> statement-breakpoint
ALTER TABLE "products" ADD COLUMN "search" "tsvector" GENERATED ALWAYS AS (setweight(to_tsvector('english', name), 'A') || setweight(to_tsvector('english', regexp_replace(name, '[[:space:]-]+(?=[0-9])|-', '', 'g')), 'A') || setweight(to_tsvector('english', regexp_replace(name, '[^[:alnum:]]+', '', 'g')), 'A') || setweight(to_tsvector('english', coalesce(category, '')), 'B') || setweight(to_tsvector('english', description), 'C') || setweight(to_tsvector('english', details), 'C')) STORED;--> statement-breakpoint
CREATE INDEX "product_variants_options" ON "product_variants" USING gin (to_tsvector('english', "options"));--> statement-breakpoint
-- Dropping the column has dropped its index too.
CREATE INDEX "products_search" ON "products" USING gin ("search");
