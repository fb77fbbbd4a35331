import type { Utterance } from "#app/models/message/unanswered.server.ts";
import { textLanguage } from "#app/text/language-tag.ts";
import type { AnswerSource } from "#db/shapes.ts";

/** The assistant's fixed texts. They are short, honest, and never pretend to be a person's. */

type Phrases = {
	/** A person was asked for. */
	calling: string;
	/** Nothing in the knowledge answers the question. */
	unknown: string;
	/** Nothing in the knowledge answers one of several questions. */
	notFound: (question: string) => string;
	/** An article may be meant, but that is not certain. */
	guess: (title: string) => string;
	greeting: string;
	thanks: string;
	goodbye: string;
};

const ENGLISH: Phrases = {
	calling: "I'm bringing someone in. They'll reply here and can read what you have written so far.",
	unknown: "I can't find an answer to that. Would you like to talk to a person?",
	notFound: (question) => `About “${question}”: I did not find that.`,
	guess: (title) =>
		`I am not sure what you mean. Did you mean “${title}”? You can also ask in other words, or talk to a person.`,
	greeting: "Hello. I am the store's automated assistant. What would you like to know?",
	thanks: "You're welcome. Is there anything else you would like to know?",
	goodbye: "Goodbye, and thank you for writing.",
};

const PHRASES: Record<string, Phrases> = {
	en: ENGLISH,
	de: {
		calling:
			"Ich hole jemanden aus unserem Team dazu. Die Antwort kommt hier, und alles bisher Geschriebene kann gelesen werden.",
		unknown: "Dazu finde ich keine Antwort. Möchten Sie mit einer Person sprechen?",
		notFound: (question) => `Zu „${question}“ habe ich nichts gefunden.`,
		guess: (title) =>
			`Ich bin nicht sicher, was Sie meinen. Meinen Sie „${title}“? Sie können auch anders fragen oder mit einer Person sprechen.`,
		greeting: "Hallo. Ich bin der automatische Assistent des Geschäfts. Was möchten Sie wissen?",
		thanks: "Gern geschehen. Möchten Sie noch etwas wissen?",
		goodbye: "Auf Wiedersehen, und danke für Ihre Nachricht.",
	},
	fr: {
		calling:
			"Je fais venir quelqu'un de notre équipe. La réponse arrivera ici, et ce que vous avez écrit pourra être lu.",
		unknown: "Je ne trouve pas de réponse à cela. Souhaitez-vous parler à une personne ?",
		notFound: (question) => `À propos de « ${question} » : je n'ai rien trouvé.`,
		guess: (title) =>
			`Je ne suis pas sûr de vous comprendre. Voulez-vous dire « ${title} » ? Vous pouvez aussi demander autrement, ou parler à une personne.`,
		greeting: "Bonjour. Je suis l'assistant automatique du magasin. Que souhaitez-vous savoir ?",
		thanks: "Je vous en prie. Souhaitez-vous savoir autre chose ?",
		goodbye: "Au revoir, et merci de votre message.",
	},
	es: {
		calling: "Aviso a alguien de nuestro equipo. Le responderá aquí y puede leer lo que ha escrito.",
		unknown: "No encuentro una respuesta a eso. ¿Quiere hablar con una persona?",
		notFound: (question) => `Sobre «${question}»: no he encontrado nada.`,
		guess: (title) =>
			`No estoy seguro de entenderle. ¿Se refiere a «${title}»? También puede preguntarlo de otra forma o hablar con una persona.`,
		greeting: "Hola. Soy el asistente automático de la tienda. ¿Qué desea saber?",
		thanks: "De nada. ¿Desea saber algo más?",
		goodbye: "Adiós, y gracias por escribir.",
	},
	it: {
		calling:
			"Faccio intervenire una persona del nostro team. Le risponderà qui e può leggere ciò che ha scritto.",
		unknown: "Non trovo una risposta a questo. Vuole parlare con una persona?",
		notFound: (question) => `Riguardo a «${question}»: non ho trovato nulla.`,
		guess: (title) =>
			`Non sono sicuro di aver capito. Intende «${title}»? Può anche chiedere in altro modo o parlare con una persona.`,
		greeting: "Buongiorno. Sono l'assistente automatico del negozio. Che cosa desidera sapere?",
		thanks: "Prego. Desidera sapere altro?",
		goodbye: "Arrivederci, e grazie per il messaggio.",
	},
	pt: {
		calling:
			"Vou pedir a alguém da nossa equipa que venha. Vai responder-lhe aqui e pode ler o que escreveu.",
		unknown: "Não encontro uma resposta para isso. Quer falar com uma pessoa?",
		notFound: (question) => `Sobre “${question}”: não encontrei nada.`,
		guess: (title) =>
			`Não sei se percebi bem. Quer dizer «${title}»? Também pode perguntar de outra forma ou falar com uma pessoa.`,
		greeting: "Olá. Sou o assistente automático da loja. O que gostaria de saber?",
		thanks: "De nada. Gostaria de saber mais alguma coisa?",
		goodbye: "Até à próxima, e obrigado pela mensagem.",
	},
	nl: {
		calling: "Ik haal er iemand van ons team bij. Die antwoordt u hier en kan lezen wat u hebt geschreven.",
		unknown: "Daar vind ik geen antwoord op. Wilt u met een medewerker praten?",
		notFound: (question) => `Over “${question}” heb ik niets gevonden.`,
		guess: (title) =>
			`Ik weet niet zeker wat u bedoelt. Bedoelt u “${title}”? U kunt het ook anders vragen of met een medewerker praten.`,
		greeting: "Hallo. Ik ben de automatische assistent van de winkel. Wat wilt u weten?",
		thanks: "Graag gedaan. Wilt u nog iets weten?",
		goodbye: "Tot ziens, en bedankt voor uw bericht.",
	},
	pl: {
		calling: "Proszę o pomoc osobę z naszego zespołu. Odpowie tutaj i przeczyta, co zostało już napisane.",
		unknown: "Nie znajduję odpowiedzi na to pytanie. Czy chcesz porozmawiać z osobą z zespołu?",
		notFound: (question) => `Na temat „${question}” nic nie znaleziono.`,
		guess: (title) =>
			`Nie mam pewności, o co chodzi. Czy chodzi o „${title}”? Możesz też zapytać inaczej lub porozmawiać z osobą z zespołu.`,
		greeting: "Dzień dobry. Jestem automatycznym asystentem sklepu. Co chcesz wiedzieć?",
		thanks: "Nie ma za co. Czy chcesz wiedzieć coś jeszcze?",
		goodbye: "Do widzenia i dziękuję za wiadomość.",
	},
	tr: {
		calling: "Ekibimizden birini davet ediyorum. Size burada yanıt verecek ve yazdıklarınızı okuyabilir.",
		unknown: "Buna bir yanıt bulamıyorum. Bir çalışanla görüşmek ister misiniz?",
		notFound: (question) => `“${question}” hakkında bir şey bulamadım.`,
		guess: (title) =>
			`Ne demek istediğinizden emin değilim. “${title}” mi demek istediniz? Başka sözcüklerle de sorabilir ya da bir çalışanla görüşebilirsiniz.`,
		greeting: "Merhaba. Ben mağazanın otomatik asistanıyım. Ne öğrenmek istersiniz?",
		thanks: "Rica ederim. Başka bir şey öğrenmek ister misiniz?",
		goodbye: "Hoşça kalın, yazdığınız için teşekkürler.",
	},
	ar: {
		calling: "سأطلب من أحد أفراد فريقنا الانضمام. سيجيبك هنا ويمكنه قراءة ما كتبته حتى الآن.",
		unknown: "لا أجد إجابة عن ذلك. هل تود التحدث إلى أحد أفراد الفريق؟",
		notFound: (question) => `بخصوص «${question}»: لم أجد شيئًا.`,
		guess: (title) =>
			`لست متأكدًا مما تقصده. هل تقصد «${title}»؟ يمكنك أيضًا أن تسأل بكلمات أخرى أو أن تتحدث إلى أحد أفراد الفريق.`,
		greeting: "مرحبًا. أنا المساعد الآلي للمتجر. ماذا تود أن تعرف؟",
		thanks: "على الرحب والسعة. هل تود معرفة شيء آخر؟",
		goodbye: "مع السلامة، وشكرًا لرسالتك.",
	},
	he: {
		calling: "אני מבקש מנציג מהצוות שלנו להצטרף. המענה יינתן כאן, ואפשר יהיה לקרוא את מה שנכתב עד כה.",
		unknown: "לא מצאתי תשובה לכך. לדבר עם נציג מהצוות?",
		notFound: (question) => `לגבי ”${question}“: לא מצאתי דבר.`,
		guess: (title) =>
			`לא ברור לי למה הכוונה. האם הכוונה ל„${title}”? אפשר גם לשאול במילים אחרות או לדבר עם נציג.`,
		greeting: "שלום. אני העוזר האוטומטי של החנות. מה תרצו לדעת?",
		thanks: "בבקשה. יש עוד משהו שתרצו לדעת?",
		goodbye: "להתראות, ותודה על הפנייה.",
	},
	ru: {
		calling: "Приглашаю сотрудника нашей команды. Он ответит здесь и сможет прочитать всё, что вы написали.",
		unknown: "Я не нашёл ответа на этот вопрос. Хотите поговорить с сотрудником?",
		notFound: (question) => `О «${question}» я ничего не нашёл.`,
		guess: (title) =>
			`Я не уверен, что понял вас. Вы имеете в виду «${title}»? Вы также можете спросить другими словами или поговорить с сотрудником.`,
		greeting: "Здравствуйте. Я автоматический помощник магазина. Что вы хотите узнать?",
		thanks: "Пожалуйста. Хотите узнать что-нибудь ещё?",
		goodbye: "До свидания, и спасибо за сообщение.",
	},
	ja: {
		calling: "担当者をお呼びしています。こちらで返信いたします。これまでの内容も担当者が確認できます。",
		unknown: "お答えが見つかりませんでした。担当者とお話しになりますか？",
		notFound: (question) => `「${question}」については見つかりませんでした。`,
		guess: (title) =>
			`ご質問の内容がはっきりしませんでした。「${title}」のことでしょうか。別の言い方でお尋ねいただくか、担当者とお話しいただくこともできます。`,
		greeting: "こんにちは。当店の自動アシスタントです。何をお知りになりたいですか？",
		thanks: "どういたしまして。ほかにお知りになりたいことはありますか？",
		goodbye: "お問い合わせありがとうございました。失礼いたします。",
	},
	zh: {
		calling: "正在为您请人工客服。客服会在这里回复您，并能看到您之前写的内容。",
		unknown: "我没有找到这个问题的答案。您想和人工客服聊聊吗？",
		notFound: (question) => `关于“${question}”，我没有找到相关内容。`,
		guess: (title) => `我不太确定您的意思。您是指“${title}”吗？您也可以换个说法再问，或与工作人员交谈。`,
		greeting: "您好。我是本店的自动助手。您想了解什么？",
		thanks: "不客气。您还想了解什么吗？",
		goodbye: "再见，感谢您的来信。",
	},
	"zh-Hant": {
		calling: "正在為您請真人客服。客服會在這裡回覆您，並能看到您之前寫的內容。",
		unknown: "我沒有找到這個問題的答案。您想和真人客服聊聊嗎？",
		notFound: (question) => `關於「${question}」，我沒有找到相關內容。`,
		guess: (title) => `我不太確定您的意思。您是指「${title}」嗎？您也可以換個說法再問，或與工作人員交談。`,
		greeting: "您好。我是本店的自動助理。您想了解什麼？",
		thanks: "不客氣。您還想了解什麼嗎？",
		goodbye: "再見，感謝您的來信。",
	},
};

/** The phrases in a language, or in English where there are none. */
export function phrasesIn(language: string): Phrases {
	return PHRASES[textLanguage(language)] ?? ENGLISH;
}

export const OFFER = "Would you like to talk to a person?";

/** Whether an answer ended with the offer of a person, in any language. */
export function offersPerson(text: string): boolean {
	const offers = Object.values(PHRASES).map(({ unknown }) => unknown.replace(/^[^.。]*[.。]\s*/, ""));
	return [OFFER, ...offers].some((offer) => text.trimEnd().endsWith(offer));
}

const YES =
	/^(?:yes|yeah|yep|yup|ya|sure|ok|okay|please|please do|do it|do that|go ahead|absolutely|of course|definitely|y|ja|jawohl|gerne|oui|daccord|volontiers|sí|si|claro|vale|sì|certo|va bene|sim|pode ser|graag|prima|tak|poproszę|evet|lütfen|نعم|أجل|כן|да|давайте|はい|ええ|お願いします|好|好的|是|是的|可以)(?: (?:please|yes|do|do so|i would|i do|call|call one|call them|call someone|a person|talk to a person|connect me|thanks|thank you|that would be (?:great|nice|good)|bitte|gerne|sil vous plaît|merci|por favor|gracias|per favore|grazie|obrigad[oa]|alstublieft|graag|пожалуйста|お願いします|谢谢|謝謝))*$/;
const NO =
	/^(?:no|nope|nah|n|not now|no thanks|no thank you|not necessary|never ?mind|nein|non|nee|não|nie|hayır|لا|לא|нет|не надо|いいえ|結構です|不|不用|不用了)(?: (?:thanks|thank you|danke|merci|gracias|grazie|obrigad[oa]|bedankt|спасибо|谢谢|謝謝|its fine|im fine|thats fine))*$/;

const plain = (text: string) =>
	text
		.toLowerCase()
		.replace(/['’]/g, "")
		.replace(/[^\p{L}]+/gu, " ")
		.trim();

/**
 * The article that the last answer offered as a guess ("Did you mean “Returns”?"); null when it was no guess.
 * @param language of the question.
 */
export function findGuess(history: Utterance[], language: string): AnswerSource | null {
	const last = history.findLast((utterance) => utterance.role !== "customer");
	const [source] = last?.sources ?? [];
	return source && last?.text === phrasesIn(language).guess(source.title) ? source : null;
}

/** Whether a text does nothing but agree. */
export function isYes(text: string): boolean {
	return YES.test(plain(text));
}

/** Whether a text does nothing but decline. */
export function isNo(text: string): boolean {
	return NO.test(plain(text));
}
