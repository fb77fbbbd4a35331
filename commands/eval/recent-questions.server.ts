import { withoutPersonalData } from "#app/models/customer/personal-data.ts";
import { sql } from "#db/client.server.ts";
import type { EvaluationQuestion } from "./questions.ts";

/**
 * The questions that customers asked in the last days, newest first, each question once. Data that identifies customers
 * is left out, so each question is answered as for an anonymous customer.
 */
export async function readRecentQuestions(options: {
	days: number;
	limit: number;
}): Promise<EvaluationQuestion[]> {
	const rows = await sql<{ text: string; locale: string; name: string | null }[]>`
		select m.message as text, s.locale, customers.name
		from chat_messages m
		join chat_sessions s on s.session_id = m.session_id
		left join customers on customers.id = s.user_id
		where m.sender_type = 'user' and m.message_type = 'text'
			and m.sent_at > now() - make_interval(days => ${options.days})
		order by m.sent_at desc limit ${options.limit * 4}`;
	const seen = new Set<string>();
	const questions: EvaluationQuestion[] = [];
	for (const { text, locale, name } of rows) {
		const question = withoutPersonalData(text, name);
		const key = question.toLowerCase().replace(/\W+/gu, " ").trim();
		if (key === "" || seen.has(key)) continue;
		seen.add(key);
		questions.push({ question, locale });
	}
	return questions.slice(0, options.limit);
}
