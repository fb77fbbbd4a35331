import { readLanguage } from "#app/ai/language/tell.server.ts";
import { translateText } from "#app/ai/language/translate.server.ts";
import { smallModel } from "#app/ai/openai.server.ts";
import { hasModel } from "#app/ai/reply/answerer.server.ts";
import { hasDayBudget } from "#app/models/ai-turn/usage.server.ts";
import { languageTag } from "#app/models/chat-session/locale.ts";
import {
	claimTranslation,
	keepTranslation,
	noteLanguage,
	readUntranslated,
} from "#app/models/message/translations.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { isSameLanguage } from "#app/text/language-tag.ts";

/**
 * Translates for the agent what a conversation in their hands, or waiting for them, holds in another language
 * than theirs. Messages are delivered long before; what fails shows the original. It may run anywhere and
 * several times at once: each message is claimed before it costs anything.
 */
export async function translateSession(sessionId: string): Promise<void> {
	if (!hasModel()) return;
	const found = await readUntranslated(sessionId);
	if (!found) return;
	const { session, messages } = found;
	const to = languageTag(await getSetting("agent_language"));
	let spoken = session.detectedLanguage;
	const wanted: { message: (typeof messages)[number]; from: string }[] = [];
	for (const message of messages) {
		const isCustomers = message.senderType === "user";
		if (isCustomers) {
			const told = await readLanguage(message.message, { locale: session.locale, before: spoken });
			spoken = told.written ?? told.language;
			await noteLanguage(sessionId, spoken);
		}
		const from = isCustomers ? spoken : (message.metadata.language ?? "en");
		if (!from || isSameLanguage(from, to) || message.metadata.translation?.state === "failed") continue;
		wanted.unshift({ message, from });
	}
	// The newest first: that is what the agent is to answer.
	for (const { message, from } of wanted) {
		if (!(await hasDayBudget())) return;
		if (!(await claimTranslation(message.id, to))) continue;
		const text = await translateText({ text: message.message, to, sessionId });
		await keepTranslation(message, { from, to, text, model: smallModel() });
	}
}
