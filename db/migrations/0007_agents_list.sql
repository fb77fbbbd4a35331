ALTER TABLE "chat_sessions" ADD COLUMN "activity_hour" timestamp GENERATED ALWAYS AS (date_trunc('hour', last_message_at at time zone 'utc')) STORED;--> statement-breakpoint
CREATE INDEX "chat_sessions_waiting" ON "chat_sessions" USING btree (coalesce(queued_at, started_at),"session_id") WHERE status = 'queued';--> statement-breakpoint
CREATE INDEX "chat_sessions_activity" ON "chat_sessions" USING btree ("status","activity_hour");--> statement-breakpoint
CREATE INDEX "chat_sessions_ended" ON "chat_sessions" USING btree ("ended_at","session_id") WHERE status = 'ended';