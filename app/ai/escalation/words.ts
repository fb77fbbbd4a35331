import { phrasesIn } from "../offline/phrases.ts";

/** Why the assistant gives a conversation to a person, as it says it itself. */

export type CallReason =
	| "requested"
	| "customer-upset"
	| "assistant-unsure"
	| "assistant-limit"
	| "assistant-failed"
	| "topic";

type Openings = Record<Exclude<CallReason, "requested">, string>;

const ENGLISH: Openings = {
	"customer-upset": "I am sorry about this.",
	"assistant-unsure": "I don't know that either, so I will not keep you.",
	"assistant-limit": "I have done what I can do by myself here.",
	"assistant-failed": "I'm sorry, I can't answer this right now.",
	topic: "This is for a person to look at, not for me.",
};

const OPENINGS: Record<string, Openings> = {
	en: ENGLISH,
	de: {
		"customer-upset": "Das tut mir leid.",
		"assistant-unsure": "Auch das weiß ich nicht und will Sie nicht aufhalten.",
		"assistant-limit": "Ich habe getan, was ich hier allein tun kann.",
		"assistant-failed": "Es tut mir leid, ich kann das gerade nicht beantworten.",
		topic: "Das soll sich eine Person ansehen, nicht ich.",
	},
	fr: {
		"customer-upset": "Je suis désolé.",
		"assistant-unsure": "Je ne le sais pas non plus et ne veux pas vous retenir.",
		"assistant-limit": "J'ai fait ce que je peux faire seul ici.",
		"assistant-failed": "Je suis désolé, je ne peux pas répondre pour l'instant.",
		topic: "C'est à une personne de s'en occuper, pas à moi.",
	},
	es: {
		"customer-upset": "Lo siento.",
		"assistant-unsure": "Eso tampoco lo sé y no quiero entretenerle.",
		"assistant-limit": "He hecho lo que puedo hacer por mi cuenta.",
		"assistant-failed": "Lo siento, ahora mismo no puedo responder a esto.",
		topic: "Esto debe verlo una persona, no yo.",
	},
	it: {
		"customer-upset": "Mi dispiace.",
		"assistant-unsure": "Non so nemmeno questo e non voglio trattenerla.",
		"assistant-limit": "Ho fatto quello che posso fare da solo.",
		"assistant-failed": "Mi dispiace, adesso non posso rispondere.",
		topic: "Di questo deve occuparsi una persona, non io.",
	},
	pt: {
		"customer-upset": "Lamento.",
		"assistant-unsure": "Também não sei isso e não quero fazê-lo esperar.",
		"assistant-limit": "Fiz o que posso fazer sozinho aqui.",
		"assistant-failed": "Lamento, não consigo responder agora.",
		topic: "Isto deve ser visto por uma pessoa, não por mim.",
	},
	nl: {
		"customer-upset": "Het spijt me.",
		"assistant-unsure": "Ook dat weet ik niet en ik wil u niet ophouden.",
		"assistant-limit": "Ik heb gedaan wat ik hier alleen kan doen.",
		"assistant-failed": "Het spijt me, ik kan dit nu niet beantwoorden.",
		topic: "Hier moet iemand van ons naar kijken, niet ik.",
	},
	pl: {
		"customer-upset": "Przykro mi z tego powodu.",
		"assistant-unsure": "Tego też nie wiem i nie chcę Cię zatrzymywać.",
		"assistant-limit": "Tu kończy się to, co mogę zrobić sam.",
		"assistant-failed": "Przepraszam, nie mogę teraz na to odpowiedzieć.",
		topic: "Tym powinien zająć się człowiek, nie ja.",
	},
	tr: {
		"customer-upset": "Bunun için üzgünüm.",
		"assistant-unsure": "Bunu da bilmiyorum, sizi oyalamak istemem.",
		"assistant-limit": "Burada tek başıma yapabileceklerimi yaptım.",
		"assistant-failed": "Üzgünüm, şu anda buna yanıt veremiyorum.",
		topic: "Bununla benim değil, bir çalışanın ilgilenmesi gerekir.",
	},
	ar: {
		"customer-upset": "أنا آسف لذلك.",
		"assistant-unsure": "لا أعرف ذلك أيضًا ولا أريد أن أؤخرك.",
		"assistant-limit": "لقد فعلت ما أستطيع فعله وحدي هنا.",
		"assistant-failed": "آسف، لا أستطيع الإجابة عن هذا الآن.",
		topic: "هذا أمر يجب أن ينظر فيه شخص، لا أنا.",
	},
	he: {
		"customer-upset": "צר לי על כך.",
		"assistant-unsure": "גם את זה אינני יודע, ולא ארצה לעכב.",
		"assistant-limit": "עשיתי כאן את מה שביכולתי לעשות לבד.",
		"assistant-failed": "צר לי, אינני יכול לענות על כך כרגע.",
		topic: "בזה צריך לטפל אדם, לא אני.",
	},
};

/** What the customer is told when a person is called, and why, in their language or else in English. */
export function callingWords(reason: CallReason, language: string): string {
	const base = language.split("-")[0] ?? "";
	const { calling } = phrasesIn(base);
	if (reason === "requested") return calling;
	return `${(OPENINGS[base] ?? ENGLISH)[reason]} ${calling}`;
}
