-- The newest messages of sessions, for many readers at once. wanted: a JSON array of { id, upTo }; most: messages of each.
-- Each session is one look-up in the index on (session, seq), whatever the planner knew of the table.
CREATE FUNCTION read_histories(wanted jsonb, most integer) RETURNS TABLE (
	place integer, id uuid, session_id uuid, seq integer, client_message_id text, sender_type text, sender_name text,
	message text, message_type text, metadata jsonb, is_read boolean, delivered_at timestamptz, read_at timestamptz,
	sent_at timestamptz
)
LANGUAGE plpgsql STABLE SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY SELECT one.place::integer, m.id, m.session_id, m.seq, m.client_message_id, m.sender_type, m.sender_name,
		m.message, m.message_type, m.metadata, m.is_read, m.delivered_at, m.read_at, m.sent_at
	FROM jsonb_array_elements(wanted) WITH ORDINALITY AS one(item, place)
	CROSS JOIN LATERAL (
		SELECT * FROM chat_messages
		WHERE session_id = (one.item ->> 'id')::uuid AND seq <= (one.item ->> 'upTo')::integer
		ORDER BY seq DESC LIMIT most
	) m
	ORDER BY one.place, m.seq;
END $$;
