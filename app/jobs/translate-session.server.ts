import { detectLanguage } from "#app/ai/language/detect-language.server.ts";
import { translateText } from "#app/ai/language/translate.server.ts";
import { smallModelName } from "#app/ai/openai.server.ts";
import { hasLanguageModel } from "#app/ai/reply/answer-question.server.ts";
import { hasDayBudget } from "#app/models/ai-turn/usage.server.ts";
import { tagOrEnglish } from "#app/models/chat-session/locale.ts";
import {
	claimTranslation,
	keepTranslation,
	noteLanguage,
	readUntranslated,
} from "#app/models/message/translations.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { isSameLanguage } from "#app/text/language-tag.ts";

/**
 * Translates the messages of a session into its agent's language. The messages were delivered before; when a
 * translation fails, the page shows the original. Several processes may run this job for one session, because each
 * message is claimed before it is translated.
 */
export async function translateSession(sessionId: string): Promise<void> {
	if (!hasLanguageModel()) return;
	const found = await readUntranslated(sessionId);
	if (!found) return;
	const { session, messages } = found;
	const to = tagOrEnglish(await getSetting("agent_language"));
	let customerLanguage = session.detectedLanguage;
	const toTranslate: { message: (typeof messages)[number]; from: string }[] = [];
	for (const message of messages) {
		const isCustomers = message.senderType === "user";
		if (isCustomers) {
			const detected = await detectLanguage(message.message, {
				locale: session.locale,
				previousLanguage: customerLanguage,
			});
			customerLanguage = detected.written ?? detected.language;
			await noteLanguage(sessionId, customerLanguage);
		}
		const from = isCustomers ? customerLanguage : (message.metadata.language ?? "en");
		if (!from || isSameLanguage(from, to) || message.metadata.translation?.state === "failed") continue;
		toTranslate.unshift({ message, from });
	}
	// Messages are translated newest first, because the agent answers the newest message.
	for (const { message, from } of toTranslate) {
		if (!(await hasDayBudget())) return;
		if (!(await claimTranslation(message.id, to))) continue;
		const text = await translateText({ text: message.message, to, sessionId });
		await keepTranslation(message, { from, to, text, model: smallModelName() });
	}
}
