CREATE TABLE "contact_letters" (
	"session_id" uuid PRIMARY KEY NOT NULL,
	"up_to_seq" integer NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "contact_letters" ADD CONSTRAINT "contact_letters_session_id_chat_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."chat_sessions"("session_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "chat_sessions_contact" ON "chat_sessions" USING btree ("updated_at") WHERE contact_email is not null;