import type { NewMessage } from "#app/models/message/write-posts.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Transaction } from "#db/client.server.ts";
import type { MessageMetadata } from "#db/shapes.ts";
import { type NoticeTexts, noticeTexts } from "./notice-texts.ts";

/** Language of the chat pages. Only notices in other languages have a `lang` attribute. */
const PAGE_LANGUAGE = "en";

/**
 * Makes the message and metadata of a notice. The message is in the customer's language, because the customer, emails
 * and every program read it. The text for the agent is added when the agent's language differs.
 * @param language of the customer, BCP 47; English when there are no texts in it.
 * @param textIn makes the text of the notice from the texts of one language.
 */
export async function composeNotice(
	tx: Transaction,
	{ language, notice }: { language: string; notice: MessageMetadata["notice"] },
	textIn: (texts: NoticeTexts, language: string) => string,
): Promise<Pick<NewMessage, "senderType" | "message" | "metadata">> {
	const theirs = noticeTexts(language);
	const ours = noticeTexts(await getSetting("agent_language", tx));
	const [from, to] = [theirs.language, ours.language];
	return {
		senderType: "system",
		message: textIn(theirs.texts, from),
		metadata: {
			notice,
			...(from === PAGE_LANGUAGE ? {} : { language: from }),
			...(from === to ? {} : { translation: { from, to, text: textIn(ours.texts, to), state: "done" } }),
		},
	};
}
