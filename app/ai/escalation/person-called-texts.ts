import { textLanguage } from "#app/text/language-tag.ts";
import { phrasesIn } from "../offline/phrases.ts";

/** The assistant's texts when it calls a person, by the reason for the call and by language. */

export type EscalationTextKey =
	| "requested"
	| "customer-upset"
	| "assistant-unsure"
	| "assistant-limit"
	| "assistant-failed"
	| "topic";

type OpeningTexts = Record<Exclude<EscalationTextKey, "requested">, string>;

const ENGLISH_TEXTS: OpeningTexts = {
	"customer-upset": "I'm sorry about this.",
	"assistant-unsure": "I don't know that either.",
	"assistant-limit": "I've done what I can here.",
	"assistant-failed": "I'm sorry, I can't answer this right now.",
	topic: "A colleague should look at this.",
};

const OPENINGS_BY_LANGUAGE: Record<string, OpeningTexts> = {
	en: ENGLISH_TEXTS,
	de: {
		"customer-upset": "Das tut mir leid.",
		"assistant-unsure": "Auch dazu finde ich keine Antwort.",
		"assistant-limit": "Mehr kann ich hier allein nicht tun.",
		"assistant-failed": "Es tut mir leid, ich kann das gerade nicht beantworten.",
		topic: "Das sollte sich jemand aus unserem Team ansehen.",
	},
	fr: {
		"customer-upset": "Je suis désolé.",
		"assistant-unsure": "Je ne trouve pas de réponse à cela non plus.",
		"assistant-limit": "J'ai fait ce que je peux ici.",
		"assistant-failed": "Je suis désolé, je ne peux pas répondre pour l'instant.",
		topic: "Un collègue devrait regarder cela.",
	},
	es: {
		"customer-upset": "Lo siento.",
		"assistant-unsure": "Tampoco encuentro una respuesta a eso.",
		"assistant-limit": "He hecho lo que puedo aquí.",
		"assistant-failed": "Lo siento, ahora mismo no puedo responder a esto.",
		topic: "Esto debería verlo alguien de nuestro equipo.",
	},
	it: {
		"customer-upset": "Mi dispiace.",
		"assistant-unsure": "Non trovo una risposta nemmeno a questo.",
		"assistant-limit": "Ho fatto quello che posso qui.",
		"assistant-failed": "Mi dispiace, adesso non posso rispondere.",
		topic: "È meglio che lo veda una persona del nostro team.",
	},
	pt: {
		"customer-upset": "Lamento.",
		"assistant-unsure": "Também não encontro uma resposta para isso.",
		"assistant-limit": "Fiz o que posso aqui.",
		"assistant-failed": "Lamento, não consigo responder agora.",
		topic: "É melhor alguém da nossa equipa ver isto.",
	},
	nl: {
		"customer-upset": "Het spijt me.",
		"assistant-unsure": "Ook daar vind ik geen antwoord op.",
		"assistant-limit": "Ik heb gedaan wat ik hier kan.",
		"assistant-failed": "Het spijt me, ik kan dit nu niet beantwoorden.",
		topic: "Hier kan beter iemand van ons team naar kijken.",
	},
	pl: {
		"customer-upset": "Przykro mi z tego powodu.",
		"assistant-unsure": "Na to też nie znajduję odpowiedzi.",
		"assistant-limit": "Tyle mogę tu zrobić.",
		"assistant-failed": "Przepraszam, nie mogę teraz na to odpowiedzieć.",
		topic: "Powinien się temu przyjrzeć ktoś z naszego zespołu.",
	},
	tr: {
		"customer-upset": "Bunun için üzgünüm.",
		"assistant-unsure": "Buna da bir yanıt bulamıyorum.",
		"assistant-limit": "Burada yapabileceklerimi yaptım.",
		"assistant-failed": "Üzgünüm, şu anda buna yanıt veremiyorum.",
		topic: "Buna ekibimizden birinin bakması gerekir.",
	},
	ar: {
		"customer-upset": "أنا آسف لذلك.",
		"assistant-unsure": "لا أجد إجابة عن ذلك أيضًا.",
		"assistant-limit": "لقد فعلت ما أستطيع هنا.",
		"assistant-failed": "آسف، لا أستطيع الإجابة عن هذا الآن.",
		topic: "يجب أن ينظر في هذا أحد أفراد فريقنا.",
	},
	he: {
		"customer-upset": "צר לי על כך.",
		"assistant-unsure": "גם לכך לא מצאתי תשובה.",
		"assistant-limit": "עשיתי כאן את מה שביכולתי.",
		"assistant-failed": "צר לי, אינני יכול לענות על כך כרגע.",
		topic: "כדאי שמישהו מהצוות שלנו יבדוק את זה.",
	},
	ru: {
		"customer-upset": "Мне жаль, что так вышло.",
		"assistant-unsure": "И на это я не нашёл ответа.",
		"assistant-limit": "Больше я здесь сам сделать не могу.",
		"assistant-failed": "К сожалению, сейчас я не могу на это ответить.",
		topic: "На это лучше посмотреть нашему сотруднику.",
	},
	ja: {
		"customer-upset": "ご不便をおかけして申し訳ございません。",
		"assistant-unsure": "こちらについてもお答えが見つかりませんでした。",
		"assistant-limit": "私にできるご案内は以上です。",
		"assistant-failed": "申し訳ございませんが、ただいまお答えできません。",
		topic: "この件は担当者が確認いたします。",
	},
	zh: {
		"customer-upset": "很抱歉给您带来不便。",
		"assistant-unsure": "这个问题我也没有找到答案。",
		"assistant-limit": "我能做的就到这里了。",
		"assistant-failed": "抱歉，我现在无法回答这个问题。",
		topic: "这件事最好由我们的同事来看。",
	},
	"zh-Hant": {
		"customer-upset": "很抱歉給您帶來不便。",
		"assistant-unsure": "這個問題我也沒有找到答案。",
		"assistant-limit": "我能做的就到這裡了。",
		"assistant-failed": "抱歉，我現在無法回答這個問題。",
		topic: "這件事最好由我們的同事來看。",
	},
};

/** The text that tells the customer that a person is called, and why. English when the language is not supported. */
export function personCalledText(reason: EscalationTextKey, language: string): string {
	const own = textLanguage(language);
	const { calling } = phrasesIn(own);
	if (reason === "requested") return calling;
	return `${(OPENINGS_BY_LANGUAGE[own] ?? ENGLISH_TEXTS)[reason]} ${calling}`;
}
