import { sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";

/**
 * Answers of agents that go to the address a customer left, because the customer was gone when they were written. A
 * letter is claimed before it is sent, so that none goes twice, whatever processes do or die of.
 */

/** An answer that nobody has opened for so long goes by letter, with all that was written until then. */
const UNSEEN_SECONDS = 120;
/** What could not be sent for so long is not sent any more. */
const MOST_AGE_HOURS = 24;
/** Waits between tries, doubled each time. */
const RETRY_SECONDS = { first: 30, most: 3_600 };
/** A letter says no more of a long answer, or of many. */
const MOST_MESSAGES = 20;

export type ContactLetter = {
	sessionId: string;
	email: string;
	/** Oldest first. */
	answers: { from: string | null; text: string }[];
	/** For `putOffLetter`. */
	claim: { upToSeq: number; before: number };
};

/**
 * Takes letters upon this process: of every conversation whose customer left an address, is not there, and has not
 * opened what an agent wrote, once the agent has written nothing for two minutes.
 */
export async function claimLetters(limit: number): Promise<ContactLetter[]> {
	const claimed = await db.execute<{ session_id: string; email: string; up_to: number; before: number }>(sql`
		with unseen as (
			select s.session_id, s.contact_email as email, max(m.seq) as up_to,
				coalesce(l.up_to_seq, 0) as before
			from chat_sessions s
			join chat_messages m on m.session_id = s.session_id
			left join contact_letters l on l.session_id = s.session_id
			where s.contact_email is not null and s.updated_at > now() - ${MOST_AGE_HOURS} * interval '1 hour'
				and m.sender_type = 'agent' and m.delivered_at is null
				and m.seq > greatest(l.up_to_seq, s.customer_delivered_seq, s.customer_read_seq)
				and m.sent_at > now() - ${MOST_AGE_HOURS} * interval '1 hour'
				and (l.session_id is null or l.next_try_at <= now())
				and not exists (
					select 1 from presence_leases p where p.party = 'customer:' || s.session_id and p.until > now()
				)
				-- Whoever has written since has read what was there.
				and not exists (
					select 1 from chat_messages own
					where own.session_id = s.session_id and own.sender_type = 'user' and own.seq > m.seq
				)
			group by s.session_id, s.contact_email, l.up_to_seq
			having max(m.sent_at) < now() - ${UNSEEN_SECONDS} * interval '1 second'
			limit ${limit}
		), claimed as (
			insert into contact_letters as l (session_id, up_to_seq)
			select session_id, up_to from unseen
			on conflict (session_id) do update set up_to_seq = excluded.up_to_seq where l.up_to_seq < excluded.up_to_seq
			returning session_id
		)
		select unseen.* from unseen join claimed using (session_id)`);
	return Promise.all(
		claimed.map(async ({ session_id, email, up_to, before }) => ({
			sessionId: session_id,
			email,
			answers: await readAnswers(session_id, before, up_to),
			claim: { upToSeq: up_to, before },
		})),
	);
}

/** Gives a claim back: the letter has surely not gone, and is found again after a while. */
export async function putOffLetter({
	sessionId,
	claim,
}: Pick<ContactLetter, "sessionId" | "claim">): Promise<void> {
	const { first, most } = RETRY_SECONDS;
	await db.execute(sql`
		update contact_letters set up_to_seq = ${claim.before}, tries = tries + 1,
			next_try_at = now() + least(${most}, ${first} * 2 ^ least(tries, 10)) * interval '1 second'
		where session_id = ${sessionId} and up_to_seq = ${claim.upToSeq}`);
}

async function readAnswers(
	sessionId: string,
	after: number,
	upTo: number,
): Promise<ContactLetter["answers"]> {
	const rows = await db.execute<{ from: string | null; text: string }>(sql`
		select sender_name as "from", message as text from chat_messages
		where session_id = ${sessionId} and sender_type = 'agent' and delivered_at is null
			and seq > ${after} and seq <= ${upTo}
		order by seq desc limit ${MOST_MESSAGES}`);
	return [...rows].reverse();
}
