-- write_posts finds out whether the sender's token was revoked, so a post needs no statement of its own for that.
ALTER TYPE post_facts ADD ATTRIBUTE is_revoked boolean;
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
-- blocked the sender, as the visitor or as the customer); revoked (the sender has signed in or out with this token).
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
	-- The session of each message of a customer.
	unread_sessions uuid[] := '{}';
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
				EXISTS (SELECT FROM revoked_visitors WHERE visitor_id = post.visitor::uuid),
				(
					SELECT id FROM chat_messages
					WHERE (client_message_id, sender_type, session_id) >= (client_id, sender_type_of, post.session)
						AND (client_message_id, sender_type, session_id) <= (client_id, sender_type_of, post.session)
						AND client_message_id IS NOT NULL
				),
				other.candidates, other.id, other.session_id, recent.sent, recent.wait
			INTO post.is_blocked, post.is_revoked, post.same_id, post.candidates, post.other_id, post.other_session, post.sent, post.wait
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
			same.id, other.candidates, other.id, other.session_id, recent.sent, recent.wait,
			EXISTS (SELECT FROM revoked_visitors WHERE visitor_id = item.visitor::uuid)
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
		ELSIF post.is_revoked THEN
			kind := 'revoked';
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
			unread_sessions[slot] := CASE WHEN post.visitor IS NOT NULL THEN post.session END;
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
		UPDATE chat_sessions SET last_seq = item_seqs[1], last_message_at = item_times[1], updated_at = now(),
			unread = unread + (item_customers[1] IS NOT NULL)::integer
		WHERE session_id = item_sessions[1];
		PERFORM store_message(items[1], item_senders[1], item_seqs[1], item_times[1], item_events[1]);
	ELSIF cardinality(items) > 1 THEN
		UPDATE chat_sessions SET
			last_seq = head_seqs[array_position(head_sessions, session_id)],
			last_message_at = head_times[array_position(head_sessions, session_id)],
			unread = unread + cardinality(array_positions(unread_sessions, session_id)),
			updated_at = now()
		WHERE session_id = ANY (head_sessions);
		PERFORM store_messages(items, item_senders, item_seqs, item_times, item_events);
	END IF;
	IF asked_sessions <> '{}' THEN
		PERFORM enqueue_turns(asked_sessions, asked_seqs, asked_networks, wait_ms, most_wait_ms);
	END IF;
END $$;
