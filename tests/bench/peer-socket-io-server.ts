import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdapter } from "@socket.io/postgres-adapter";
import { jwtVerify } from "jose";
import { Pool } from "pg";
import { Server } from "socket.io";
import { CONTENDER_POOL_SIZE } from "./contender.ts";

/**
 * A server of the same chat with Socket.IO, as Socket.IO's documentation describes ("Guaranteeing message delivery"
 * and "Connection state recovery" of the tutorial, "Postgres adapter"): a message is stored under the sender's id,
 * broadcast to the others in the room and acknowledged; on connecting, a client sends the offset of its newest
 * message and gets the later messages. The server uses WebSocket only, without compression.
 */

const pool = new Pool({
	connectionString: process.env.DATABASE_URL,
	// The pool has one more connection than our chat's pools, because the adapter keeps one of its connections for
	// LISTEN, for which our chat has a separate connection.
	max: CONTENDER_POOL_SIZE + 1,
});
// Without these two error handlers the process ends when a Postgres backend that executes LISTEN is terminated,
// because the driver pg emits the error on the adapter's client, which has no handler.
pool.on("error", () => {});
pool.on("connect", (client) => client.on("error", () => {}));

await pool.query(`
	create table if not exists socket_io_attachments (
		id bigserial unique, created_at timestamptz default now(), payload bytea);
	create table if not exists peer_messages (
		id bigserial primary key, session_id uuid not null references chat_sessions (session_id) on delete cascade,
		client_message_id text, sender_id text,
		sender_name text, sender_type text not null, message text not null, message_type text not null default 'text',
		metadata jsonb not null default '{}', is_read boolean not null default false,
		delivered_at timestamptz, read_at timestamptz, sent_at timestamptz not null default now());
	create unique index if not exists peer_messages_client_id
		on peer_messages (session_id, sender_type, client_message_id);
	create index if not exists peer_messages_session on peer_messages (session_id, id);
	create index if not exists peer_messages_sender on peer_messages (sender_id, sent_at)`);
await pool.query(`
	insert into peer_messages (session_id, sender_id, sender_type, message, sent_at)
	select session_id, sender_id, sender_type, message, sent_at from chat_messages
	where not exists (select from peer_messages)`);

const SCHEMA = `id, session_id as "sessionId", client_message_id as "clientMessageId", sender_type as "senderType",
	sender_name as "senderName", message, message_type as "messageType", metadata, is_read as "isRead",
	sent_at as "sentAt"`;
const SELECT_PERMITTED = {
	name: "may-enter",
	text: "select 1 from chat_sessions where session_id = $1 and visitor_id = $2",
};
const INSERT_MESSAGE = {
	name: "keep",
	text: `insert into peer_messages (session_id, client_message_id, sender_id, sender_type, message)
		values ($1, $2, $3, 'user', $4)
		on conflict (session_id, sender_type, client_message_id) do nothing returning ${SCHEMA}`,
};
const SELECT_MISSED = {
	name: "missed",
	text: `select ${SCHEMA} from peer_messages where session_id = $1 and id > $2 order by id`,
};

interface ReaderPosition {
	sessionId: string;
	visitorId: string;
	offset: number;
}

const http = createServer();
const io = new Server(http, {
	adapter: createAdapter(pool),
	transports: ["websocket"],
	perMessageDeflate: false,
	// Connection state recovery is on, as Socket.IO's documentation advises, although the Postgres adapter does not
	// support it: after every reconnect the client reads its missed messages from the database.
	connectionStateRecovery: {},
});
const secret = new TextEncoder().encode(process.env.APP_SECRET);

io.use(async (socket, next) => {
	try {
		const { token, sessionId, serverOffset } = socket.handshake.auth as Record<string, string>;
		const { payload } = await jwtVerify(token ?? "", secret, {
			algorithms: ["HS256"],
			audience: "mevi-customer",
		});
		const found = await pool.query({ ...SELECT_PERMITTED, values: [sessionId, payload.vid] });
		if (found.rowCount !== 1) throw new Error("There is no such conversation.");
		const position: ReaderPosition = {
			sessionId: sessionId ?? "",
			visitorId: String(payload.vid),
			offset: Number(serverOffset ?? 0),
		};
		Object.assign(socket.data, position);
		next();
	} catch (error) {
		next(error as Error);
	}
});

io.on("connection", async (socket) => {
	const { sessionId, visitorId, offset } = socket.data as ReaderPosition;
	socket.on("message", async (post: { id: string; text: string }, done: () => void) => {
		try {
			const inserted = await pool.query({
				...INSERT_MESSAGE,
				values: [sessionId, post.id, visitorId, post.text],
			});
			// A repeated message is acknowledged and not broadcast again.
			if (inserted.rowCount === 1) socket.to(sessionId).emit("message", inserted.rows[0]);
			done();
		} catch {
			// The message is not stored and not acknowledged, so the client sends it again.
		}
	});
	// The socket joins the room before the missed messages are read, so that no message is lost in between.
	await socket.join(sessionId);
	if (socket.recovered) return;
	try {
		const missed = await pool.query({ ...SELECT_MISSED, values: [sessionId, offset] });
		for (const row of missed.rows) socket.emit("message", row);
	} catch {
		socket.disconnect(true);
	}
});

http.listen(0, "127.0.0.1", () => {
	process.stdout.write(`http://127.0.0.1:${(http.address() as AddressInfo).port}\n`);
});
