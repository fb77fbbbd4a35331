CREATE TABLE "ai_usage" (
	"day" date NOT NULL,
	"purpose" text NOT NULL,
	"model" text NOT NULL,
	"calls" integer DEFAULT 0 NOT NULL,
	"prompt_tokens" bigint DEFAULT 0 NOT NULL,
	"completion_tokens" bigint DEFAULT 0 NOT NULL,
	"cost_micros" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "ai_usage_day_purpose_model_pk" PRIMARY KEY("day","purpose","model")
);
--> statement-breakpoint
CREATE TABLE "answer_cache" (
	"key" text PRIMARY KEY NOT NULL,
	"knowledge_version" text NOT NULL,
	"locale" text NOT NULL,
	"question" text NOT NULL,
	"answer" jsonb NOT NULL,
	"hits" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_hit_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "assistant_actions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"session_id" uuid NOT NULL,
	"turn_id" uuid,
	"tool" text NOT NULL,
	"arguments" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"state" text NOT NULL,
	"customer_id" text,
	"idempotency_key" text NOT NULL,
	"result" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"decided_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "email_codes" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"session_id" uuid NOT NULL,
	"email" text NOT NULL,
	"code_hash" text NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "message_translations" (
	"message_id" uuid NOT NULL,
	"locale" text NOT NULL,
	"text" text NOT NULL,
	"model" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "message_translations_message_id_locale_pk" PRIMARY KEY("message_id","locale")
);
--> statement-breakpoint
CREATE TABLE "order_requests" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"order_number" text NOT NULL,
	"kind" text NOT NULL,
	"item_ids" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"reason" text,
	"state" text DEFAULT 'open' NOT NULL,
	"action_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "order_requests_action_id_unique" UNIQUE("action_id")
);
--> statement-breakpoint
CREATE TABLE "presence_leases" (
	"party" text NOT NULL,
	"process" text NOT NULL,
	"until" timestamp with time zone NOT NULL,
	CONSTRAINT "presence_leases_party_process_pk" PRIMARY KEY("party","process")
);
--> statement-breakpoint
CREATE TABLE "unanswered_questions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"normalized" text NOT NULL,
	"question" text NOT NULL,
	"locale" text NOT NULL,
	"intent" text,
	"times" integer DEFAULT 1 NOT NULL,
	"last_session_id" uuid,
	"state" text DEFAULT 'open' NOT NULL,
	"first_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "ai_turns" ADD COLUMN "cost_micros" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ai_turns" ADD COLUMN "first_word_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "audience" text DEFAULT 'everyone' NOT NULL;--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "valid_from" date;--> statement-breakpoint
ALTER TABLE "articles" ADD COLUMN "valid_until" date;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "queue_deadline" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "verified_email" text;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "verified_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "contact_email" text;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "detected_language" text;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "summary" text;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "summary_seq" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "handover" jsonb;--> statement-breakpoint
ALTER TABLE "chat_sessions" ADD COLUMN "ai_cost_micros" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "assistant_actions" ADD CONSTRAINT "assistant_actions_session_id_chat_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."chat_sessions"("session_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assistant_actions" ADD CONSTRAINT "assistant_actions_turn_id_ai_turns_id_fk" FOREIGN KEY ("turn_id") REFERENCES "public"."ai_turns"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "email_codes" ADD CONSTRAINT "email_codes_session_id_chat_sessions_session_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."chat_sessions"("session_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "message_translations" ADD CONSTRAINT "message_translations_message_id_chat_messages_id_fk" FOREIGN KEY ("message_id") REFERENCES "public"."chat_messages"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "order_requests" ADD CONSTRAINT "order_requests_order_number_orders_number_fk" FOREIGN KEY ("order_number") REFERENCES "public"."orders"("number") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "unanswered_questions" ADD CONSTRAINT "unanswered_questions_last_session_id_chat_sessions_session_id_fk" FOREIGN KEY ("last_session_id") REFERENCES "public"."chat_sessions"("session_id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "answer_cache_age" ON "answer_cache" USING btree ("created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "assistant_actions_once" ON "assistant_actions" USING btree ("session_id","idempotency_key");--> statement-breakpoint
CREATE INDEX "assistant_actions_session" ON "assistant_actions" USING btree ("session_id","created_at");--> statement-breakpoint
CREATE INDEX "email_codes_session" ON "email_codes" USING btree ("session_id","created_at");--> statement-breakpoint
CREATE INDEX "email_codes_email" ON "email_codes" USING btree ("email","created_at");--> statement-breakpoint
CREATE INDEX "order_requests_order" ON "order_requests" USING btree ("order_number");--> statement-breakpoint
CREATE INDEX "presence_leases_until" ON "presence_leases" USING btree ("until");--> statement-breakpoint
CREATE UNIQUE INDEX "unanswered_questions_once" ON "unanswered_questions" USING btree ("locale","normalized");--> statement-breakpoint
CREATE INDEX "unanswered_questions_open" ON "unanswered_questions" USING btree ("state","last_at");