CREATE TABLE "revoked_visitors" (
	"visitor_id" uuid PRIMARY KEY NOT NULL,
	"customer_id" text,
	"revoked_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "revoked_visitors_expires" ON "revoked_visitors" USING btree ("expires_at");