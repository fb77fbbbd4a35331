DROP INDEX "ai_turns_due";--> statement-breakpoint
ALTER TABLE "ai_turns" ADD COLUMN "network" text DEFAULT '' NOT NULL;--> statement-breakpoint
CREATE INDEX "ai_turns_due_by_network" ON "ai_turns" USING btree ("network","due_at") WHERE state in ('due', 'running');--> statement-breakpoint

-- Writes the promise of an answer with the question itself. An answer in progress is superseded: it did not see
-- this question. A due one is locked too: otherwise it could be leased between the two statements, and the process
-- that took it, which has read the older question, would end the promise of both. The caller has locked the session's row.
-- wait_ms, most_ms: how long the next message is waited for, and how long further messages can put the answer off.
-- network: a keyed hash of the network the question came from; empty where it is not known.
DROP FUNCTION promise_answer(uuid, integer, integer, integer);--> statement-breakpoint
CREATE FUNCTION promise_answer(
	session uuid, question integer, wait_ms integer, most_ms integer, sender_network text DEFAULT ''
) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	UPDATE ai_turns SET
		state = CASE WHEN state = 'running' THEN 'superseded' ELSE state END,
		finished_at = CASE WHEN state = 'running' THEN now() END,
		network = CASE WHEN state = 'running' THEN '' ELSE network END
	WHERE state IN ('due', 'running') AND session_id = session;
	INSERT INTO ai_turns (session_id, question_seq, due_at, network)
	VALUES (session, question, now() + wait_ms * interval '1 millisecond', sender_network)
	ON CONFLICT (session_id) WHERE state IN ('due', 'running') DO UPDATE SET
		question_seq = excluded.question_seq,
		due_at = least(excluded.due_at, ai_turns.created_at + most_ms * interval '1 millisecond'),
		network = CASE WHEN excluded.network = '' THEN ai_turns.network ELSE excluded.network END;
END $$;
--> statement-breakpoint

-- Writes posts, each judged by itself in the order given; a customer's message also enqueues the assistant's turn.
-- input: { posts, waits, mostAMinute, waitMs, mostWaitMs }, as app/models/message/write-posts.server.ts makes it.
-- The caller wakes other processes after the commit, from the rows it gets: NOTIFY in the writing transaction would
-- make all commits of the database wait for each other.
-- Locks are taken in the one order that everybody keeps: customers' first steps, sessions, senders, each sorted.
-- kind: written; before (already written, as messageId in sessionId); busy (another transaction has locked the session,
-- nothing was looked at); missing (no such session, or not the actor's); elsewhere (not an open one of the
-- customer's, whose message may go to another); ended; too-many (wait: seconds); other-agent; blocked (an agent has
-- blocked the sender, as the visitor or as the customer).
CREATE OR REPLACE FUNCTION write_posts(input jsonb) RETURNS TABLE (
	place integer, kind text, "messageId" uuid, "sessionId" uuid, wait integer, "isQuestion" boolean, seq integer,
	event text
) LANGUAGE plpgsql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	waits boolean := (input ->> 'waits')::boolean;
	most_a_minute integer := (input ->> 'mostAMinute')::integer;
	wanted uuid[];
	locked uuid[];
	post record;
	found_session record;
	sender_of text;
	is_customer boolean;
	sent integer;
	added record;
BEGIN
	PERFORM pg_advisory_xact_lock(key) FROM (
		SELECT DISTINCT hashtextextended(coalesce(owner, visitor), 0) AS key
		FROM jsonb_to_recordset(input -> 'posts') AS item(owner text, visitor text, wanders boolean)
		WHERE wanders ORDER BY 1
	) owners;

	SELECT array_agg(DISTINCT session) INTO wanted FROM jsonb_to_recordset(input -> 'posts') AS item(session uuid);
	IF waits THEN
		SELECT array_agg(session_id) INTO locked FROM (
			SELECT session_id FROM chat_sessions WHERE session_id = ANY (wanted) ORDER BY session_id FOR UPDATE
		) held;
	ELSE
		SELECT array_agg(session_id) INTO locked FROM (
			SELECT session_id FROM chat_sessions WHERE session_id = ANY (wanted) ORDER BY session_id
			FOR UPDATE SKIP LOCKED
		) held;
	END IF;

	IF most_a_minute IS NOT NULL THEN
		PERFORM pg_advisory_xact_lock(key) FROM (
			SELECT DISTINCT hashtextextended(coalesce(user_id, visitor_id::text), 1) AS key FROM chat_sessions
			WHERE session_id = ANY (locked) AND session_id IN (
				SELECT session FROM jsonb_to_recordset(input -> 'posts') AS item(session uuid, visitor text)
				WHERE visitor IS NOT NULL
			) ORDER BY 1
		) senders;
	END IF;

	FOR post IN SELECT * FROM ROWS FROM (jsonb_to_recordset(input -> 'posts') AS (
		session uuid, visitor text, owner text, agent uuid, sender text, wanders boolean, network text, message jsonb
	)) WITH ORDINALITY AS item(session, visitor, owner, agent, sender, wanders, network, message, number) LOOP
		place := post.number;
		kind := NULL; "messageId" := NULL; "sessionId" := NULL; wait := NULL; "isQuestion" := false; seq := NULL;
		event := NULL;
		is_customer := post.visitor IS NOT NULL;
		SELECT user_id, visitor_id::text AS visitor_id, is_active, status, assigned_agent_id INTO found_session
		FROM chat_sessions WHERE session_id = post.session AND session_id = ANY (locked);
		IF NOT FOUND THEN
			kind := CASE WHEN waits THEN 'missing' ELSE 'busy' END;
		ELSIF is_customer AND coalesce(found_session.user_id <> post.owner, found_session.user_id IS NOT NULL
			OR found_session.visitor_id <> post.visitor) THEN
			kind := 'missing';
		ELSIF is_customer AND EXISTS (SELECT FROM blocked_senders WHERE sender IN (post.owner, post.visitor)) THEN
			kind := 'blocked';
		-- An anonymous conversation of somebody who has signed in since must first become theirs.
		ELSIF post.wanders AND found_session.user_id IS DISTINCT FROM post.owner THEN
			kind := 'elsewhere';
		ELSIF post.message ->> 'clientMessageId' IS NOT NULL AND post.wanders THEN
			-- In any conversation of the customer's, which this one is. OFFSET 0 keeps the planner from starting at
			-- the customer's conversations and reading all their messages.
			SELECT 'before', m.id, m.session_id INTO kind, "messageId", "sessionId" FROM chat_messages m
			WHERE m.client_message_id = post.message ->> 'clientMessageId' AND m.sender_type = 'user' AND EXISTS (
				SELECT FROM chat_sessions s WHERE s.session_id = m.session_id
					AND (s.user_id = post.owner OR s.user_id IS NULL AND s.visitor_id = post.visitor::uuid)
				OFFSET 0
			)
			ORDER BY m.session_id = post.session DESC, m.sent_at LIMIT 1;
		ELSIF post.message ->> 'clientMessageId' IS NOT NULL THEN
			-- An equality of rows, written as a range: only the index led by the client's id can be used for it. With
			-- three equalities the planner takes chat_messages_seq while tables are small, and keeps that plan.
			SELECT 'before', id, session_id INTO kind, "messageId", "sessionId" FROM chat_messages
			WHERE (client_message_id, sender_type, session_id)
				>= (post.message ->> 'clientMessageId', post.message ->> 'senderType', post.session)
				AND (client_message_id, sender_type, session_id)
				<= (post.message ->> 'clientMessageId', post.message ->> 'senderType', post.session)
				AND client_message_id IS NOT NULL; -- The condition of the partial index, which a range does not imply.
		END IF;

		IF kind IS NULL AND NOT found_session.is_active THEN
			kind := CASE WHEN post.wanders THEN 'elsewhere' ELSE 'ended' END;
		ELSIF kind IS NULL AND post.agent IS DISTINCT FROM found_session.assigned_agent_id
			AND post.agent IS NOT NULL THEN
			kind := 'other-agent';
		END IF;
		sender_of := CASE WHEN is_customer THEN coalesce(found_session.user_id, found_session.visitor_id)
			ELSE post.sender END;
		IF kind IS NULL AND is_customer AND most_a_minute IS NOT NULL THEN
			SELECT count(*), greatest(1, coalesce(
				ceil(extract(epoch FROM min(sent_at) + interval '1 minute' - clock_timestamp())), 60)) INTO sent, wait
			FROM chat_messages
			WHERE sender_type = 'user' AND sender_id = sender_of AND sent_at > now() - interval '1 minute';
			IF sent >= most_a_minute THEN kind := 'too-many'; END IF;
		END IF;

		IF kind IS NULL THEN
			kind := 'written';
			SELECT * INTO added FROM add_message(post.message, sender_of);
			seq := added.seq;
			event := added.event::text;
			"isQuestion" := is_customer AND found_session.status = 'assistant';
			IF "isQuestion" THEN
				PERFORM promise_answer(post.session, seq, (input ->> 'waitMs')::integer,
					(input ->> 'mostWaitMs')::integer, coalesce(post.network, ''));
			END IF;
		END IF;
		RETURN NEXT;
	END LOOP;
END $$;
