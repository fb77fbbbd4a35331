-- write_posts reads and writes with statements over all posts of a group, so a group costs a few statements and not ten
-- for each post. A single post has a short way with plain statements, which Postgres starts faster than those over sets.
-- The decision about a post is one piece of code for both, made one post after the other: it may depend on earlier posts.

-- The data of the event of a message. item: the message as the server sends it, without its sequence and time.
CREATE FUNCTION message_event(item jsonb, seq integer, sent timestamptz) RETURNS jsonb LANGUAGE sql STABLE AS $$
	SELECT jsonb_build_object('stream', 'public', 'seq', seq, 'message', item || jsonb_build_object(
		'seq', seq, 'sentAt', to_char(sent AT TIME ZONE 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
	))
$$;
--> statement-breakpoint

-- Stores a message and its event. The caller has locked the session and counts its sequence up.
-- item: the message as the server sends it, without its sequence and time. sender: who sent it, which readers do not get.
CREATE FUNCTION store_message(
	item jsonb, sender text, seq integer, sent timestamptz, event jsonb
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	session CONSTANT uuid := item ->> 'sessionId';
BEGIN
	WITH stored AS (
		INSERT INTO chat_messages (
			id, session_id, seq, client_message_id, sender_id, sender_name, sender_type, message, message_type, metadata,
			sent_at
		) VALUES (
			(item ->> 'id')::uuid, session, seq, item ->> 'clientMessageId', sender, item ->> 'senderName',
			item ->> 'senderType', item ->> 'message', item ->> 'messageType', item -> 'metadata', sent
		)
	)
	INSERT INTO chat_events (stream, seq, session_id, type, data)
	VALUES ('public:' || session, seq, session, 'new-message', event);
END $$;
--> statement-breakpoint

-- The same for many messages: one element per message in each array.
CREATE FUNCTION store_messages(
	items jsonb[], senders text[], seqs integer[], sents timestamptz[], events jsonb[]
) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	INSERT INTO chat_messages (
		id, session_id, seq, client_message_id, sender_id, sender_name, sender_type, message, message_type, metadata, sent_at
	)
	SELECT (item ->> 'id')::uuid, (item ->> 'sessionId')::uuid, seq, item ->> 'clientMessageId', sender,
		item ->> 'senderName', item ->> 'senderType', item ->> 'message', item ->> 'messageType', item -> 'metadata', sent
	FROM unnest(items, senders, seqs, sents) AS wanted(item, sender, seq, sent);
	INSERT INTO chat_events (stream, seq, session_id, type, data)
	SELECT 'public:' || (item ->> 'sessionId'), seq, (item ->> 'sessionId')::uuid, 'new-message', event
	FROM unnest(items, seqs, events) AS wanted(item, seq, event);
END $$;
--> statement-breakpoint

-- Writes one message as the next of its session. The counter is the session's own row, so the order of commits is the
-- order of sequences. The time is taken when the row is locked, so it never decreases within a session.
-- item: the message as the server sends it, without its sequence and time. sender: who sent it.
CREATE OR REPLACE FUNCTION add_message(item jsonb, sender text, OUT seq integer, OUT event jsonb) LANGUAGE plpgsql
SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
	sent timestamptz;
BEGIN
	UPDATE chat_sessions SET
		last_seq = last_seq + 1,
		updated_at = now(),
		last_message_at = date_trunc('milliseconds', clock_timestamp())
	WHERE session_id = (item ->> 'sessionId')::uuid RETURNING last_seq, last_message_at INTO seq, sent;
	IF NOT FOUND THEN RAISE EXCEPTION 'a message for a session that does not exist'; END IF;
	event := message_event(item, seq, sent);
	PERFORM store_message(item, sender, seq, sent, event);
END $$;
--> statement-breakpoint

-- Enqueues the assistant's turns, each with its question: one per session. A due turn gets the newer question. An answer
-- under way is superseded, since it does not know the question, and a new turn is due. The caller has locked the sessions.
-- networks: a keyed hash of the network each question came from; empty where it is not known, which keeps the one before.
-- wait_ms: time until the turn is due. most_ms: how long further questions can put it off.
CREATE FUNCTION enqueue_turns(
	sessions uuid[], questions integer[], networks text[], wait_ms integer, most_ms integer
) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	still_due uuid[];
BEGIN
	-- One statement decides and changes, so a turn cannot be leased in between: its process, which has read the older
	-- question, would end the turn of both.
	WITH changed AS (
		UPDATE ai_turns SET
			state = CASE WHEN state = 'running' THEN 'superseded' ELSE state END,
			finished_at = CASE WHEN state = 'running' THEN now() END,
			question_seq = CASE WHEN state = 'due' THEN questions[array_position(sessions, session_id)] ELSE question_seq END,
			due_at = CASE WHEN state = 'due' THEN least(
				now() + wait_ms * interval '1 millisecond', created_at + most_ms * interval '1 millisecond'
			) ELSE due_at END,
			network = CASE WHEN state = 'running' THEN ''
				ELSE coalesce(nullif(networks[array_position(sessions, session_id)], ''), network) END
		WHERE state IN ('due', 'running') AND session_id = ANY (sessions)
		RETURNING session_id, state
	)
	SELECT array_agg(session_id) FILTER (WHERE state = 'due') INTO still_due FROM changed;
	FOR index IN 1 .. cardinality(sessions) LOOP
		CONTINUE WHEN sessions[index] = ANY (still_due);
		INSERT INTO ai_turns (session_id, question_seq, due_at, network)
		VALUES (sessions[index], questions[index], now() + wait_ms * interval '1 millisecond', networks[index]);
	END LOOP;
END $$;
--> statement-breakpoint

-- The same for one question.
CREATE OR REPLACE FUNCTION promise_answer(
	session uuid, question integer, wait_ms integer, most_ms integer, sender_network text DEFAULT ''
) RETURNS void LANGUAGE sql SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
	SELECT enqueue_turns(ARRAY[session], ARRAY[question], ARRAY[sender_network], wait_ms, most_ms)
$$;
--> statement-breakpoint

-- Takes locks that end with the transaction, in the order given. An assignment is evaluated without starting a statement.
CREATE FUNCTION lock_keys(keys bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	taken text;
BEGIN
	FOR index IN 1 .. coalesce(cardinality(keys), 0) LOOP
		taken := pg_advisory_xact_lock(keys[index]);
	END LOOP;
END $$;
--> statement-breakpoint

-- What write_posts decides by: the post, its session, and what was written before.
CREATE TYPE post_facts AS (
	session uuid, visitor text, owner text, agent uuid, sender text, wanders boolean, network text, message jsonb,
	-- The session as it is locked; is_found is null where it is not.
	is_found boolean, user_id text, visitor_id text, is_active boolean, status text, assigned_agent_id uuid,
	last_seq integer,
	-- The sender is blocked.
	is_blocked boolean,
	-- The message with the post's client id in the session.
	same_id uuid,
	-- For a post that wanders: messages of customers with its client id, at most one more than are looked at, and the
	-- first of them that is in a conversation of this customer.
	candidates integer, other_id uuid, other_session uuid,
	-- Messages of the sender in the last minute, and the seconds until the first of them is older than that.
	sent integer, wait integer
);
--> statement-breakpoint

-- Writes posts, each decided by itself in the order given; a customer's message also enqueues the assistant's turn.
-- input: { posts, waits, mostAMinute, waitMs, mostWaitMs }, as app/models/message/write-posts.server.ts makes it.
-- Locks are taken in the one order that everybody keeps: customers' first steps, sessions, senders, each sorted. Each
-- statement sees what was committed before it began, so what is read after a lock is what is locked.
-- Each look-up is by the one index that its condition fits, whatever the planner knew of the tables; OFFSET 0 and LIMIT
-- keep it a look-up for each post. Without statistics a table is taken for small, so sequential scans are off.
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
	waits CONSTANT boolean := input ->> 'waits';
	most_a_minute CONSTANT integer := input ->> 'mostAMinute';
	wait_ms CONSTANT integer := input ->> 'waitMs';
	most_wait_ms CONSTANT integer := input ->> 'mostWaitMs';
	-- Messages with one client id that are looked at; with more, the search begins at the customer's conversations.
	most_candidates CONSTANT integer := 20;
	posts post_facts[];
	post post_facts;
	item jsonb;
	taken text;
	client_id text;
	sender_type_of text;
	sender_of text;
	wanted uuid[];
	customers_sessions uuid[];
	owners bigint[];
	locked uuid[];
	senders bigint[];
	sent timestamptz;
	slot integer;
	-- What is to be written: one element per message.
	items jsonb[] := '{}';
	item_sessions uuid[] := '{}';
	item_senders text[] := '{}';
	item_seqs integer[] := '{}';
	item_times timestamptz[] := '{}';
	item_events jsonb[] := '{}';
	-- To find messages of this call that come twice, and to count a customer's.
	item_keys text[] := '{}';
	item_owners text[] := '{}';
	item_visitors text[] := '{}';
	item_customers text[] := '{}';
	-- One element per session that gets messages: its newest sequence and time.
	head_sessions uuid[] := '{}';
	head_seqs integer[] := '{}';
	head_times timestamptz[] := '{}';
	-- One element per session with a question: its newest question, and the newest network that is known.
	asked_sessions uuid[] := '{}';
	asked_seqs integer[] := '{}';
	asked_networks text[] := '{}';
BEGIN
	IF jsonb_array_length(input -> 'posts') = 1 THEN
		-- The short way.
		item := input -> 'posts' -> 0;
		post.session := item ->> 'session';
		post.visitor := item ->> 'visitor';
		post.owner := item ->> 'owner';
		post.agent := item ->> 'agent';
		post.sender := item ->> 'sender';
		post.wanders := item ->> 'wanders';
		post.network := item ->> 'network';
		post.message := item -> 'message';
		client_id := post.message ->> 'clientMessageId';
		sender_type_of := post.message ->> 'senderType';
		IF post.wanders THEN
			taken := pg_advisory_xact_lock(hashtextextended(coalesce(post.owner, post.visitor), 0));
		END IF;
		IF waits THEN
			SELECT true, user_id, visitor_id, is_active, status, assigned_agent_id, last_seq
			INTO post.is_found, post.user_id, post.visitor_id, post.is_active, post.status, post.assigned_agent_id,
				post.last_seq
			FROM chat_sessions WHERE session_id = post.session FOR UPDATE;
		ELSE
			SELECT true, user_id, visitor_id, is_active, status, assigned_agent_id, last_seq
			INTO post.is_found, post.user_id, post.visitor_id, post.is_active, post.status, post.assigned_agent_id,
				post.last_seq
			FROM chat_sessions WHERE session_id = post.session FOR UPDATE SKIP LOCKED;
		END IF;
		IF most_a_minute IS NOT NULL AND post.visitor IS NOT NULL AND post.is_found THEN
			taken := pg_advisory_xact_lock(hashtextextended(coalesce(post.user_id, post.visitor_id), 1));
		END IF;
		IF post.is_found THEN
			SELECT
				post.visitor IS NOT NULL AND EXISTS (
					SELECT FROM blocked_senders WHERE sender IN (post.owner, post.visitor)
				),
				(
					SELECT id FROM chat_messages
					WHERE (client_message_id, sender_type, session_id) >= (client_id, sender_type_of, post.session)
						AND (client_message_id, sender_type, session_id) <= (client_id, sender_type_of, post.session)
						AND client_message_id IS NOT NULL
				),
				other.candidates, other.id, other.session_id, recent.sent, recent.wait
			INTO post.is_blocked, post.same_id, post.candidates, post.other_id, post.other_session, post.sent, post.wait
			FROM (
				SELECT count(*) AS candidates,
					(array_agg(id ORDER BY sent_at) FILTER (WHERE is_own))[1] AS id,
					(array_agg(session_id ORDER BY sent_at) FILTER (WHERE is_own))[1] AS session_id
				FROM (
					SELECT id, session_id, sent_at FROM chat_messages
					WHERE client_message_id = client_id AND sender_type = 'user' AND post.wanders LIMIT most_candidates + 1
				) m CROSS JOIN LATERAL (
					SELECT user_id = post.owner OR user_id IS NULL AND visitor_id = post.visitor::uuid AS is_own
					FROM chat_sessions WHERE session_id = m.session_id OFFSET 0
				) its
			) other, (
				SELECT count(*) AS sent, greatest(1, coalesce(
					ceil(extract(epoch FROM min(sent_at) + interval '1 minute' - clock_timestamp())), 60)) AS wait
				FROM chat_messages
				WHERE sender_type = 'user' AND sender_id = coalesce(post.user_id, post.visitor_id)
					AND sent_at > now() - interval '1 minute' AND post.visitor IS NOT NULL AND most_a_minute IS NOT NULL
			) recent;
		END IF;
		posts := ARRAY[post];
	ELSE
		-- The same for many. array_agg(DISTINCT) sorts.
		SELECT array_agg(DISTINCT session), array_agg(DISTINCT session) FILTER (WHERE visitor IS NOT NULL),
			array_agg(DISTINCT hashtextextended(coalesce(owner, visitor), 0)) FILTER (WHERE wanders)
		INTO wanted, customers_sessions, owners
		FROM jsonb_to_recordset(input -> 'posts') AS item(session uuid, visitor text, owner text, wanders boolean);
		PERFORM lock_keys(owners);
		IF waits THEN
			SELECT array_agg(session_id), array_agg(DISTINCT key) FILTER (WHERE session_id = ANY (customers_sessions))
			INTO locked, senders FROM (
				SELECT session_id, hashtextextended(coalesce(user_id, visitor_id::text), 1) AS key
				FROM chat_sessions WHERE session_id = ANY (wanted) ORDER BY session_id FOR UPDATE
			) held;
		ELSE
			SELECT array_agg(session_id), array_agg(DISTINCT key) FILTER (WHERE session_id = ANY (customers_sessions))
			INTO locked, senders FROM (
				SELECT session_id, hashtextextended(coalesce(user_id, visitor_id::text), 1) AS key
				FROM chat_sessions WHERE session_id = ANY (wanted) ORDER BY session_id FOR UPDATE SKIP LOCKED
			) held;
		END IF;
		IF most_a_minute IS NOT NULL THEN PERFORM lock_keys(senders); END IF;
		SELECT array_agg(ROW(
			item.session, item.visitor, item.owner, item.agent, item.sender, item.wanders, item.network, item.message,
			s.is_found, s.user_id, s.visitor_id, s.is_active, s.status, s.assigned_agent_id, s.last_seq,
			item.visitor IS NOT NULL AND EXISTS (
				SELECT FROM blocked_senders WHERE sender IN (item.owner, item.visitor)
			),
			same.id, other.candidates, other.id, other.session_id, recent.sent, recent.wait
		)::post_facts ORDER BY number) INTO posts
		FROM ROWS FROM (jsonb_to_recordset(input -> 'posts') AS (
			session uuid, visitor text, owner text, agent uuid, sender text, wanders boolean, network text, message jsonb
		)) WITH ORDINALITY AS item(session, visitor, owner, agent, sender, wanders, network, message, number)
		LEFT JOIN LATERAL (
			SELECT true AS is_found, user_id, visitor_id::text AS visitor_id, is_active, status, assigned_agent_id, last_seq
			FROM chat_sessions WHERE session_id = item.session AND item.session = ANY (locked) OFFSET 0
		) s ON true
		-- An equality of rows, written as a range: only the index led by the client's id can be used for it. With three
		-- equalities the planner takes chat_messages_seq while tables are small, and keeps that plan.
		LEFT JOIN LATERAL (
			SELECT id FROM chat_messages
			WHERE (client_message_id, sender_type, session_id)
				>= (item.message ->> 'clientMessageId', item.message ->> 'senderType', item.session)
				AND (client_message_id, sender_type, session_id)
				<= (item.message ->> 'clientMessageId', item.message ->> 'senderType', item.session)
				AND client_message_id IS NOT NULL -- The condition of the partial index, which a range does not imply.
			OFFSET 0
		) same ON true
		CROSS JOIN LATERAL (
			SELECT count(*) AS candidates,
				(array_agg(id ORDER BY sent_at) FILTER (WHERE is_own))[1] AS id,
				(array_agg(session_id ORDER BY sent_at) FILTER (WHERE is_own))[1] AS session_id
			FROM (
				SELECT id, session_id, sent_at FROM chat_messages
				WHERE client_message_id = item.message ->> 'clientMessageId' AND sender_type = 'user' AND item.wanders
				LIMIT most_candidates + 1
			) m CROSS JOIN LATERAL (
				SELECT user_id = item.owner OR user_id IS NULL AND visitor_id = item.visitor::uuid AS is_own
				FROM chat_sessions WHERE session_id = m.session_id OFFSET 0
			) its
		) other
		CROSS JOIN LATERAL (
			SELECT count(*) AS sent, greatest(1, coalesce(
				ceil(extract(epoch FROM min(sent_at) + interval '1 minute' - clock_timestamp())), 60)) AS wait
			FROM chat_messages
			WHERE sender_type = 'user' AND sender_id = coalesce(s.user_id, s.visitor_id)
				AND sent_at > now() - interval '1 minute' AND item.visitor IS NOT NULL AND most_a_minute IS NOT NULL
		) recent;
	END IF;

	FOR number IN 1 .. cardinality(posts) LOOP
		post := posts[number];
		client_id := post.message ->> 'clientMessageId';
		sender_type_of := post.message ->> 'senderType';
		sender_of := CASE WHEN post.visitor IS NULL THEN post.sender ELSE coalesce(post.user_id, post.visitor_id) END;
		place := number;
		kind := NULL; "messageId" := NULL; "sessionId" := NULL; wait := NULL; "isQuestion" := false; seq := NULL;
		event := NULL;
		IF post.is_found IS NULL THEN
			kind := CASE WHEN waits THEN 'missing' ELSE 'busy' END;
		ELSIF post.visitor IS NOT NULL AND coalesce(post.user_id <> post.owner, post.user_id IS NOT NULL
			OR post.visitor_id <> post.visitor) THEN
			kind := 'missing';
		ELSIF post.is_blocked THEN
			kind := 'blocked';
		-- An anonymous conversation of somebody who has signed in since must first become theirs.
		ELSIF post.wanders AND post.user_id IS DISTINCT FROM post.owner THEN
			kind := 'elsewhere';
		ELSIF client_id IS NOT NULL THEN
			IF post.same_id IS NOT NULL THEN
				"messageId" := post.same_id; "sessionId" := post.session;
			ELSE
				-- Written by an earlier post of this call, or in another conversation of the customer's. One in this session
				-- is taken before any other.
				"messageId" := post.other_id; "sessionId" := post.other_session;
				slot := array_position(item_keys, sender_type_of || ':' || client_id);
				WHILE slot IS NOT NULL LOOP
					IF item_sessions[slot] = post.session OR (post.wanders AND "messageId" IS NULL AND coalesce(
						item_owners[slot] = post.owner, item_owners[slot] IS NULL AND item_visitors[slot] = post.visitor
					)) THEN
						"messageId" := items[slot] ->> 'id'; "sessionId" := item_sessions[slot];
					END IF;
					EXIT WHEN item_sessions[slot] = post.session;
					slot := array_position(item_keys, sender_type_of || ':' || client_id, slot + 1);
				END LOOP;
			END IF;
			IF "messageId" IS NULL AND post.candidates > most_candidates THEN
				SELECT m.id, own.session_id INTO "messageId", "sessionId" FROM (
					SELECT session_id FROM chat_sessions WHERE user_id = post.owner
					UNION ALL
					SELECT session_id FROM chat_sessions WHERE visitor_id = post.visitor::uuid AND user_id IS NULL
				) own CROSS JOIN LATERAL (
					SELECT id, sent_at FROM chat_messages
					WHERE (client_message_id, sender_type, session_id) >= (client_id, 'user', own.session_id)
						AND (client_message_id, sender_type, session_id) <= (client_id, 'user', own.session_id)
						AND client_message_id IS NOT NULL
					OFFSET 0
				) m ORDER BY m.sent_at LIMIT 1;
			END IF;
			IF "messageId" IS NOT NULL THEN kind := 'before'; END IF;
		END IF;
		IF kind IS NULL AND NOT post.is_active THEN
			kind := CASE WHEN post.wanders THEN 'elsewhere' ELSE 'ended' END;
		ELSIF kind IS NULL AND post.agent IS DISTINCT FROM post.assigned_agent_id AND post.agent IS NOT NULL THEN
			kind := 'other-agent';
		END IF;
		IF kind IS NULL AND post.visitor IS NOT NULL
			AND post.sent + cardinality(array_positions(item_customers, sender_of)) >= most_a_minute THEN
			kind := 'too-many'; wait := post.wait;
		END IF;

		IF kind IS NULL THEN
			kind := 'written';
			slot := coalesce(array_position(head_sessions, post.session), cardinality(head_sessions) + 1);
			seq := coalesce(head_seqs[slot], post.last_seq) + 1;
			sent := date_trunc('milliseconds', clock_timestamp());
			head_sessions[slot] := post.session; head_seqs[slot] := seq; head_times[slot] := sent;
			slot := cardinality(items) + 1;
			items[slot] := post.message; item_sessions[slot] := post.session; item_senders[slot] := sender_of;
			item_seqs[slot] := seq; item_times[slot] := sent; item_events[slot] := message_event(post.message, seq, sent);
			item_keys[slot] := sender_type_of || ':' || client_id;
			item_owners[slot] := post.user_id; item_visitors[slot] := post.visitor_id;
			item_customers[slot] := CASE WHEN post.visitor IS NOT NULL THEN sender_of END;
			event := item_events[slot]::text;
			"isQuestion" := post.visitor IS NOT NULL AND post.status = 'assistant';
			IF "isQuestion" THEN
				slot := coalesce(array_position(asked_sessions, post.session), cardinality(asked_sessions) + 1);
				asked_sessions[slot] := post.session; asked_seqs[slot] := seq;
				asked_networks[slot] := coalesce(nullif(post.network, ''), asked_networks[slot], '');
			END IF;
		END IF;
		RETURN NEXT;
	END LOOP;

	IF cardinality(items) = 1 THEN
		UPDATE chat_sessions SET last_seq = item_seqs[1], last_message_at = item_times[1], updated_at = now()
		WHERE session_id = item_sessions[1];
		PERFORM store_message(items[1], item_senders[1], item_seqs[1], item_times[1], item_events[1]);
	ELSIF cardinality(items) > 1 THEN
		UPDATE chat_sessions SET
			last_seq = head_seqs[array_position(head_sessions, session_id)],
			last_message_at = head_times[array_position(head_sessions, session_id)],
			updated_at = now()
		WHERE session_id = ANY (head_sessions);
		PERFORM store_messages(items, item_senders, item_seqs, item_times, item_events);
	END IF;
	IF asked_sessions <> '{}' THEN
		PERFORM enqueue_turns(asked_sessions, asked_seqs, asked_networks, wait_ms, most_wait_ms);
	END IF;
END $$;
