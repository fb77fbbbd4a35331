import { sql } from "drizzle-orm";
import { db } from "#db/client.server.ts";

/**
 * Seconds that an agent's message stays unread before it is emailed to the customer, together with all unread messages
 * until then.
 */
const UNSEEN_SECONDS = 120;
/** Hours after which a contact email (an email with agents' answers) that could not be sent is given up. */
const MAX_AGE_HOURS = 24;
/**
 * Delay in seconds before a contact email (an email with agents' answers) is sent again. It doubles with each attempt.
 */
const RETRY_SECONDS = { first: 30, most: 3_600 };
/** Maximum number of messages in one contact email (an email with agents' answers). */
const MAX_MESSAGES = 20;

export type ContactEmail = {
	sessionId: string;
	email: string;
	/** The agents' messages in the email, oldest first. */
	answers: { from: string | null; text: string }[];
	/** The claim of this email, as `releaseContactEmail` needs it. */
	claim: { upToSeq: number; before: number };
};

/**
 * Claims contact emails: one for each session whose customer left an email address, is not present, and has not read an
 * agent's messages for two minutes. The claim is stored before sending, so that no email is sent twice if a process
 * dies.
 */
export async function claimContactEmails(limit: number): Promise<ContactEmail[]> {
	const claimed = await db.execute<{ session_id: string; email: string; up_to: number; before: number }>(sql`
		with unseen as (
			select s.session_id, s.contact_email as email, max(m.seq) as up_to,
				coalesce(l.up_to_seq, 0) as before
			from chat_sessions s
			join chat_messages m on m.session_id = s.session_id
			left join contact_letters l on l.session_id = s.session_id
			where s.contact_email is not null and s.updated_at > now() - ${MAX_AGE_HOURS} * interval '1 hour'
				and m.sender_type = 'agent' and m.delivered_at is null
				and m.seq > greatest(l.up_to_seq, s.customer_delivered_seq, s.customer_read_seq)
				and m.sent_at > now() - ${MAX_AGE_HOURS} * interval '1 hour'
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

/**
 * Releases the claim of a contact email that was certainly not sent. The email can be claimed again after the delay.
 */
export async function releaseContactEmail({
	sessionId,
	claim,
}: Pick<ContactEmail, "sessionId" | "claim">): Promise<void> {
	const { first, most } = RETRY_SECONDS;
	await db.execute(sql`
		update contact_letters set up_to_seq = ${claim.before}, tries = tries + 1,
			next_try_at = now() + least(${most}, ${first} * 2 ^ least(tries, 10)) * interval '1 second'
		where session_id = ${sessionId} and up_to_seq = ${claim.upToSeq}`);
}

async function readAnswers(sessionId: string, after: number, upTo: number): Promise<ContactEmail["answers"]> {
	const rows = await db.execute<{ from: string | null; text: string }>(sql`
		select sender_name as "from", message as text from chat_messages
		where session_id = ${sessionId} and sender_type = 'agent' and delivered_at is null
			and seq > ${after} and seq <= ${upTo}
		order by seq desc limit ${MAX_MESSAGES}`);
	return [...rows].reverse();
}
