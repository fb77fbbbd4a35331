import type { NewMessage } from "#app/models/message/write.server.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Transaction } from "#db/client.server.ts";
import type { MessageMetadata } from "#db/shapes.ts";
import { type NoticeWords, noticeWords } from "./notice-words.ts";

/** What the pages are written in: only other languages are marked. */
const PAGE_LANGUAGE = "en";

/**
 * A notice of the conversation as it is written: the message in the customer's language, since they, their e-mail
 * and every program read that; the agent's beside it where that is another.
 * @param language what the customer writes in, BCP 47; English where there are no words in it.
 * @param say makes the text of the words in one language.
 */
export async function wordNotice(
	tx: Transaction,
	{ language, notice }: { language: string; notice: MessageMetadata["notice"] },
	say: (words: NoticeWords, language: string) => string,
): Promise<Pick<NewMessage, "senderType" | "message" | "metadata">> {
	const theirs = noticeWords(language);
	const ours = noticeWords(await getSetting("agent_language", tx));
	const [from, to] = [theirs.language, ours.language];
	return {
		senderType: "system",
		message: say(theirs.words, from),
		metadata: {
			notice,
			...(from === PAGE_LANGUAGE ? {} : { language: from }),
			...(from === to ? {} : { translation: { from, to, text: say(ours.words, to), state: "done" } }),
		},
	};
}
