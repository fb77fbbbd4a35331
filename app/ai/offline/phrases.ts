/** What the assistant says of itself. Short, honest, never pretending to be a person. */

type Phrases = {
	/** A person was asked for. */
	calling: string;
	/** Nothing in the knowledge answers the question. */
	unknown: string;
	greeting: string;
	thanks: string;
	goodbye: string;
};

const ENGLISH: Phrases = {
	calling:
		"I am calling a person for you. They will answer you here, and can read what you have written so far.",
	unknown: "I don't know that. Shall I call a person?",
	greeting: "Hello. I am the store's automated assistant. What would you like to know?",
	thanks: "You're welcome. Is there anything else you would like to know?",
	goodbye: "Goodbye, and thank you for writing.",
};

const PHRASES: Record<string, Phrases> = {
	en: ENGLISH,
	de: {
		calling:
			"Ich rufe eine Person für Sie. Sie antwortet Ihnen hier und kann alles bisher Geschriebene lesen.",
		unknown: "Das weiß ich nicht. Soll ich eine Person rufen?",
		greeting: "Hallo. Ich bin der automatische Assistent des Geschäfts. Was möchten Sie wissen?",
		thanks: "Gern geschehen. Möchten Sie noch etwas wissen?",
		goodbye: "Auf Wiedersehen, und danke für Ihre Nachricht.",
	},
	fr: {
		calling: "J'appelle une personne pour vous. Elle vous répondra ici et peut lire ce que vous avez écrit.",
		unknown: "Je ne le sais pas. Dois-je appeler une personne ?",
		greeting: "Bonjour. Je suis l'assistant automatique du magasin. Que souhaitez-vous savoir ?",
		thanks: "Je vous en prie. Souhaitez-vous savoir autre chose ?",
		goodbye: "Au revoir, et merci de votre message.",
	},
	es: {
		calling: "Estoy llamando a una persona. Le responderá aquí y puede leer lo que ha escrito.",
		unknown: "Eso no lo sé. ¿Llamo a una persona?",
		greeting: "Hola. Soy el asistente automático de la tienda. ¿Qué desea saber?",
		thanks: "De nada. ¿Desea saber algo más?",
		goodbye: "Adiós, y gracias por escribir.",
	},
	it: {
		calling: "Sto chiamando una persona. Le risponderà qui e può leggere ciò che ha scritto.",
		unknown: "Questo non lo so. Chiamo una persona?",
		greeting: "Buongiorno. Sono l'assistente automatico del negozio. Che cosa desidera sapere?",
		thanks: "Prego. Desidera sapere altro?",
		goodbye: "Arrivederci, e grazie per il messaggio.",
	},
	pt: {
		calling: "Estou a chamar uma pessoa. Vai responder-lhe aqui e pode ler o que escreveu.",
		unknown: "Isso não sei. Chamo uma pessoa?",
		greeting: "Olá. Sou o assistente automático da loja. O que gostaria de saber?",
		thanks: "De nada. Gostaria de saber mais alguma coisa?",
		goodbye: "Até à próxima, e obrigado pela mensagem.",
	},
	nl: {
		calling: "Ik roep er iemand bij. Die antwoordt u hier en kan lezen wat u hebt geschreven.",
		unknown: "Dat weet ik niet. Zal ik er iemand bij roepen?",
		greeting: "Hallo. Ik ben de automatische assistent van de winkel. Wat wilt u weten?",
		thanks: "Graag gedaan. Wilt u nog iets weten?",
		goodbye: "Tot ziens, en bedankt voor uw bericht.",
	},
	pl: {
		calling: "Wzywam dla Ciebie osobę z zespołu. Odpowie Ci tutaj i przeczyta, co zostało już napisane.",
		unknown: "Tego nie wiem. Czy mam wezwać osobę z zespołu?",
		greeting: "Dzień dobry. Jestem automatycznym asystentem sklepu. Co chcesz wiedzieć?",
		thanks: "Nie ma za co. Czy chcesz wiedzieć coś jeszcze?",
		goodbye: "Do widzenia i dziękuję za wiadomość.",
	},
	tr: {
		calling: "Sizin için bir çalışanı çağırıyorum. Size burada yanıt verecek ve yazdıklarınızı okuyabilir.",
		unknown: "Bunu bilmiyorum. Bir çalışanı çağırayım mı?",
		greeting: "Merhaba. Ben mağazanın otomatik asistanıyım. Ne öğrenmek istersiniz?",
		thanks: "Rica ederim. Başka bir şey öğrenmek ister misiniz?",
		goodbye: "Hoşça kalın, yazdığınız için teşekkürler.",
	},
	ar: {
		calling: "أستدعي لك أحد أفراد الفريق. سيجيبك هنا ويمكنه قراءة ما كتبته حتى الآن.",
		unknown: "لا أعرف ذلك. هل أستدعي أحد أفراد الفريق؟",
		greeting: "مرحبًا. أنا المساعد الآلي للمتجر. ماذا تود أن تعرف؟",
		thanks: "على الرحب والسعة. هل تود معرفة شيء آخر؟",
		goodbye: "مع السلامة، وشكرًا لرسالتك.",
	},
	he: {
		calling: "אני קורא לנציג מהצוות. המענה יינתן כאן, ואפשר יהיה לקרוא את מה שנכתב עד כה.",
		unknown: "את זה אינני יודע. לקרוא לנציג מהצוות?",
		greeting: "שלום. אני העוזר האוטומטי של החנות. מה תרצו לדעת?",
		thanks: "בבקשה. יש עוד משהו שתרצו לדעת?",
		goodbye: "להתראות, ותודה על הפנייה.",
	},
};

/** The phrases in a language, or in English where there are none. */
export function phrasesIn(language: string): Phrases {
	return PHRASES[language.split("-")[0] ?? ""] ?? ENGLISH;
}

export const OFFER = "Shall I call a person?";

/** Whether an answer ended by offering a person, in any language it is said in. */
export function offersPerson(text: string): boolean {
	const offers = Object.values(PHRASES).map(({ unknown }) => unknown.replace(/^[^.]*\.\s*/, ""));
	return [OFFER, ...offers].some((offer) => text.trimEnd().endsWith(offer));
}

const YES =
	/^(?:yes|yeah|yep|yup|ya|sure|ok|okay|please|please do|do it|do that|go ahead|absolutely|of course|definitely|y|ja|jawohl|gerne|oui|daccord|volontiers|sí|si|claro|vale|sì|certo|va bene|sim|pode ser|graag|prima|tak|poproszę|evet|lütfen|نعم|أجل|כן)(?: (?:please|yes|do|do so|call|call one|call them|call someone|a person|thanks|thank you|that would be (?:great|nice|good)|bitte|gerne|sil vous plaît|merci|por favor|gracias|per favore|grazie|obrigad[oa]|alstublieft|graag))*$/;
const NO =
	/^(?:no|nope|nah|n|not now|no thanks|no thank you|not necessary|never ?mind|nein|non|nee|não|nie|hayır|لا|לא)(?: (?:thanks|thank you|danke|merci|gracias|grazie|obrigad[oa]|bedankt|its fine|im fine|thats fine))*$/;

const plain = (text: string) =>
	text
		.toLowerCase()
		.replace(/['’]/g, "")
		.replace(/[^\p{L}]+/gu, " ")
		.trim();

/** Whether a text does nothing but agree. */
export function isYes(text: string): boolean {
	return YES.test(plain(text));
}

/** Whether a text does nothing but decline. */
export function isNo(text: string): boolean {
	return NO.test(plain(text));
}
