-- Writing a message is one statement, so that it is one way to the database and back: see decision 021.
-- Statements inside a function each see what was committed before them, so what is read after a lock is what is locked.

-- Gives a message its place in its session, stores it, and logs its event. The counter is the session's own row, so
-- the order of commits is the order of numbers; the time is taken when the row is locked, so that it never runs back.
-- item: the message as it leaves the server, without its place and time. sender: who sent it, which does not leave.
CREATE FUNCTION add_message(item jsonb, sender text, OUT seq integer, OUT event jsonb) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	session uuid := (item ->> 'sessionId')::uuid;
	place integer;
	sent timestamptz;
BEGIN
	UPDATE chat_sessions SET
		last_seq = last_seq + 1,
		updated_at = now(),
		last_message_at = date_trunc('milliseconds', clock_timestamp())
	WHERE session_id = session RETURNING last_seq, last_message_at INTO place, sent;
	IF NOT FOUND THEN RAISE EXCEPTION 'a message for a session that does not exist'; END IF;
	INSERT INTO chat_messages (
		id, session_id, seq, client_message_id, sender_id, sender_name, sender_type, message, message_type, metadata,
		sent_at
	) VALUES (
		(item ->> 'id')::uuid, session, place, item ->> 'clientMessageId', sender, item ->> 'senderName',
		item ->> 'senderType', item ->> 'message', item ->> 'messageType', item -> 'metadata', sent
	);
	event := jsonb_build_object('stream', 'public', 'seq', place, 'message', item || jsonb_build_object(
		'seq', place, 'sentAt', to_char(sent AT TIME ZONE 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
	));
	INSERT INTO chat_events (stream, seq, session_id, type, data)
	VALUES ('public:' || session, place, session, 'new-message', event);
	seq := place;
END $$;
--> statement-breakpoint

-- Writes the promise of an answer with the question itself. An answer under way is superseded: it did not know of
-- these words. A due one is locked too: else it could be leased between the two statements, and its taker, who has
-- read the older question, would end the promise of both. The caller has locked the session's row.
-- wait_ms, most_ms: how long the next message is waited for, and how long writing on can put the answer off.
CREATE FUNCTION promise_answer(session uuid, question integer, wait_ms integer, most_ms integer) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	UPDATE ai_turns SET
		state = CASE WHEN state = 'running' THEN 'superseded' ELSE state END,
		finished_at = CASE WHEN state = 'running' THEN now() END
	WHERE state IN ('due', 'running') AND session_id = session;
	INSERT INTO ai_turns (session_id, question_seq, due_at)
	VALUES (session, question, now() + wait_ms * interval '1 millisecond')
	ON CONFLICT (session_id) WHERE state IN ('due', 'running') DO UPDATE SET
		question_seq = excluded.question_seq,
		due_at = least(excluded.due_at, ai_turns.created_at + most_ms * interval '1 millisecond');
END $$;
--> statement-breakpoint

-- Writes posts, each judged by itself in the order given; with a customer's message goes the promise of an answer.
-- input: { posts, waits, mostAMinute, waitMs, mostWaitMs }, as app/models/message/write-posts.server.ts makes it; with
-- { node, eventLimitBytes } it leaves the hints for other processes in the connection's setting mevi.written, for the
-- statement that follows: NOTIFY in this one would make all commits of the database wait for each other.
-- Locks are taken in the one order that all takers keep: customers' first steps, sessions, senders, each sorted.
-- kind: written; before (written already, as messageId in sessionId); busy (somebody else has locked the session,
-- nothing was looked at); missing (no such session, or not the actor's); elsewhere (not an open one of the
-- customer's, whose words may go elsewhere); ended; too-many (wait: seconds); other-agent.
CREATE FUNCTION write_posts(input jsonb) RETURNS TABLE (
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
	hint jsonb;
	hints jsonb := '[]';
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
		session uuid, visitor text, owner text, agent uuid, sender text, wanders boolean, message jsonb
	)) WITH ORDINALITY AS item(session, visitor, owner, agent, sender, wanders, message, number) LOOP
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
		-- An anonymous conversation of somebody who has signed in since must first become theirs.
		ELSIF post.wanders AND found_session.user_id IS DISTINCT FROM post.owner THEN
			kind := 'elsewhere';
		ELSIF post.message ->> 'clientMessageId' IS NOT NULL THEN
			-- In the session itself, or, where words may wander, in any of the customer's: an index for each way.
			SELECT 'before', before.id, before.session_id INTO kind, "messageId", "sessionId" FROM (
				SELECT id, session_id FROM chat_messages
				WHERE session_id = post.session AND sender_type = post.message ->> 'senderType'
					AND client_message_id = post.message ->> 'clientMessageId'
				UNION ALL
				SELECT m.id, m.session_id FROM chat_sessions s JOIN chat_messages m USING (session_id)
				WHERE post.wanders AND s.user_id = post.owner AND m.sender_type = 'user'
					AND m.client_message_id = post.message ->> 'clientMessageId'
				UNION ALL
				SELECT m.id, m.session_id FROM chat_sessions s JOIN chat_messages m USING (session_id)
				WHERE post.wanders AND s.visitor_id = post.visitor::uuid AND s.user_id IS NULL
					AND m.sender_type = 'user' AND m.client_message_id = post.message ->> 'clientMessageId'
				LIMIT 1
			) before;
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
			IF input ? 'node' THEN
				hint := jsonb_build_array('public:' || post.session, seq);
				IF octet_length(event) <= (input ->> 'eventLimitBytes')::integer THEN
					hint := hint || jsonb_build_array(jsonb_build_array('new-message', event));
				END IF;
				hints := hints || to_jsonb(jsonb_build_object(
					'n', input ->> 'node', 'h', jsonb_build_array(hint))::text);
			END IF;
			"isQuestion" := is_customer AND found_session.status = 'assistant';
			IF "isQuestion" THEN
				PERFORM promise_answer(post.session, seq, (input ->> 'waitMs')::integer,
					(input ->> 'mostWaitMs')::integer);
			END IF;
		END IF;
		RETURN NEXT;
	END LOOP;
	IF input ? 'node' THEN PERFORM set_config('mevi.written', hints::text, false); END IF;
END $$;
--> statement-breakpoint

-- Every message moves updated_at. Under a B-tree each such update wrote anew to all nine indexes of the row; a
-- summarising one lets Postgres (from 16 on) leave them all alone, where the page has room for the new row.
DROP INDEX "chat_sessions_updated";--> statement-breakpoint
DROP INDEX "chat_sessions_contact";--> statement-breakpoint
CREATE INDEX "chat_sessions_contact" ON "chat_sessions" USING btree ("session_id") WHERE contact_email is not null;--> statement-breakpoint
CREATE INDEX "chat_sessions_updated" ON "chat_sessions" USING brin ("updated_at") WITH (pages_per_range = 8, autosummarize = on);--> statement-breakpoint
ALTER TABLE "chat_sessions" SET (fillfactor = 70);
