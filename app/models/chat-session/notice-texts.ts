import { textLanguage } from "#app/text/language-tag.ts";

/** The texts of notices to customers, in each language in which the assistant has fixed texts. */
export type NoticeTexts = {
	called: string;
	/** Notice that the session's agent does not answer; `name` is the agent's name, or null when unknown. */
	left: (name: string | null) => string;
	overdue: string;
	emailLeft: (email: string) => string;
	joined: (name: string) => string;
	ended: string;
	proved: (email: string) => string;
	/** Sentence that is added to `proved` for a customer who is not signed in. */
	provedFor: (hours: number) => string;
};

const ENGLISH_NOTICES: NoticeTexts = {
	called: "We've asked a member of our team to join.",
	left: (name) =>
		`${name ?? "The agent"} had to leave. Your messages are saved, and we've asked someone else from our team to join.`,
	overdue: "Sorry for the wait. We can't say yet how long it will take.",
	emailLeft: (email) => `Thank you. If nobody can reply here, our team will get back to you at ${email}.`,
	joined: (name) => `${name} has joined the conversation.`,
	ended: "This conversation has ended.",
	proved: (email) => `Thank you, we've confirmed that ${email} is yours.`,
	provedFor: (hours) => `We can talk about its orders in this conversation for ${hours} hours.`,
};

/**
 * Marks the text direction around a name or an address, so that in right-to-left text the name and the full stop after
 * it keep their order.
 */
const isolateDirection = (text: string) => `\u2068${text}\u2069`;

const NOTICES_BY_LANGUAGE: Record<string, NoticeTexts> = {
	en: ENGLISH_NOTICES,
	de: {
		called: "Wir haben jemanden aus unserem Team dazugebeten.",
		left: (name) =>
			`${name ?? "Unser Teammitglied"} musste gehen. Ihre Nachrichten sind gespeichert, und wir haben jemand anderen aus unserem Team dazugebeten.`,
		overdue: "Entschuldigen Sie die Wartezeit. Wie lange es noch dauert, können wir noch nicht sagen.",
		emailLeft: (email) =>
			`Danke. Wenn Ihnen hier niemand antworten kann, meldet sich unser Team unter ${email}.`,
		joined: (name) => `${name} ist dem Gespräch beigetreten.`,
		ended: "Dieses Gespräch ist beendet.",
		proved: (email) => `Danke, wir haben bestätigt, dass ${email} Ihnen gehört.`,
		provedFor: (hours) =>
			`Über die Bestellungen dazu können wir in diesem Gespräch ${hours} Stunden lang sprechen.`,
	},
	fr: {
		called: "Nous avons demandé à un membre de notre équipe de vous rejoindre.",
		left: (name) =>
			`${name ?? "Notre collègue"} a dû partir. Vos messages sont enregistrés et nous avons demandé à quelqu'un d'autre de notre équipe de vous rejoindre.`,
		overdue: "Désolés pour l'attente. Nous ne pouvons pas encore dire combien de temps cela prendra.",
		emailLeft: (email) =>
			`Merci. Si personne ne peut vous répondre ici, notre équipe vous répondra à l'adresse ${email}.`,
		joined: (name) => `${name} a rejoint la conversation.`,
		ended: "Cette conversation est terminée.",
		proved: (email) => `Vous avez montré que ${email} est à vous.`,
		provedFor: (hours) =>
			`Ses commandes peuvent être évoquées dans cette conversation pendant ${hours} heures.`,
	},
	es: {
		called: "Hemos pedido a una persona de nuestro equipo que se una.",
		left: (name) =>
			`${name ?? "La persona que le atendía"} ha tenido que irse. Sus mensajes están guardados y hemos pedido a otra persona de nuestro equipo que se una.`,
		overdue: "Disculpe la espera. Todavía no podemos decir cuánto tardará.",
		emailLeft: (email) =>
			`Gracias. Si nadie puede responderle aquí, nuestro equipo le responderá en ${email}.`,
		joined: (name) => `${name} se ha unido a la conversación.`,
		ended: "Esta conversación ha terminado.",
		proved: (email) => `Ha demostrado que la dirección ${email} es suya.`,
		provedFor: (hours) => `De sus pedidos se puede hablar en esta conversación durante ${hours} horas.`,
	},
	it: {
		called: "Abbiamo chiesto a una persona del nostro team di unirsi alla conversazione.",
		left: (name) =>
			`${name ?? "Chi La seguiva"} ha dovuto andare via. I Suoi messaggi sono salvati e abbiamo chiesto a un'altra persona del nostro team di unirsi.`,
		overdue: "Ci scusiamo per l'attesa. Non possiamo ancora dire quanto ci vorrà.",
		emailLeft: (email) =>
			`Grazie. Se nessuno può risponderLe qui, il nostro team Le risponderà all'indirizzo ${email}.`,
		joined: (name) => `${name} partecipa ora alla conversazione.`,
		ended: "Questa conversazione è terminata.",
		proved: (email) => `Ha dimostrato che l'indirizzo ${email} è Suo.`,
		provedFor: (hours) => `Dei relativi ordini si può parlare in questa conversazione per ${hours} ore.`,
	},
	nl: {
		called: "We hebben iemand van ons team gevraagd om mee te doen.",
		left: (name) =>
			`${name ?? "Onze medewerker"} moest weg. Uw berichten zijn opgeslagen en we hebben iemand anders van ons team gevraagd om mee te doen.`,
		overdue: "Sorry voor het wachten. We kunnen nog niet zeggen hoelang het duurt.",
		emailLeft: (email) =>
			`Dank u. Als niemand u hier kan antwoorden, neemt ons team contact op via ${email}.`,
		joined: (name) => `${name} doet nu mee aan het gesprek.`,
		ended: "Dit gesprek is beëindigd.",
		proved: (email) => `U hebt laten zien dat ${email} van u is.`,
		provedFor: (hours) =>
			`Over de bestellingen daarvan kan in dit gesprek ${hours} uur lang gesproken worden.`,
	},
	pt: {
		called: "Pedimos a um membro da nossa equipa que se junte à conversa.",
		left: (name) =>
			`${name ?? "A pessoa que o atendia"} teve de sair. As suas mensagens estão guardadas e pedimos a outra pessoa da nossa equipa que se junte.`,
		overdue: "Pedimos desculpa pela espera. Ainda não podemos dizer quanto tempo vai demorar.",
		emailLeft: (email) => `Obrigado. Se ninguém puder responder aqui, a nossa equipa responde para ${email}.`,
		joined: (name) => `${name} entrou na conversa.`,
		ended: "Esta conversa terminou.",
		proved: (email) => `Mostrou que o endereço ${email} é seu.`,
		provedFor: (hours) => `Pode falar-se das respetivas encomendas nesta conversa durante ${hours} horas.`,
	},
	pl: {
		called: "Poprosiliśmy osobę z naszego zespołu o dołączenie do rozmowy.",
		left: (name) =>
			`${name ?? "Osoba z zespołu"} nie może już odpowiadać. Twoje wiadomości są zapisane, a o dołączenie poprosiliśmy kogoś innego z naszego zespołu.`,
		overdue: "Przepraszamy, że to trwa. Nie możemy jeszcze powiedzieć, ile to potrwa.",
		emailLeft: (email) =>
			`Dziękujemy. Jeśli nikt nie będzie mógł tu odpowiedzieć, nasz zespół odpisze na adres ${email}.`,
		joined: (name) => `${name} dołącza do rozmowy.`,
		ended: "Ta rozmowa jest zakończona.",
		proved: (email) => `Adres ${email} jest potwierdzony jako Twój.`,
		provedFor: (hours) => `O jego zamówieniach można tu rozmawiać przez ${hours} godz.`,
	},
	tr: {
		called: "Ekibimizden birinin görüşmeye katılmasını istedik.",
		left: (name) =>
			`${name ?? "Ekip üyemiz"} ayrılmak zorunda kaldı. Mesajlarınız kaydedildi ve ekibimizden başka birinin katılmasını istedik.`,
		overdue: "Beklettiğimiz için özür dileriz. Ne kadar süreceğini henüz söyleyemiyoruz.",
		emailLeft: (email) =>
			`Teşekkürler. Burada kimse yanıt veremezse ekibimiz size ${email} adresinden ulaşacak.`,
		joined: (name) => `${name} görüşmeye katıldı.`,
		ended: "Bu görüşme sona erdi.",
		proved: (email) => `${email} adresinin size ait olduğunu gösterdiniz.`,
		provedFor: (hours) => `Bu adresin siparişleri bu görüşmede ${hours} saat boyunca konuşulabilir.`,
	},
	ar: {
		called: "طلبنا من أحد أفراد فريقنا الانضمام إلى المحادثة.",
		left: (name) =>
			`اضطر ${name ? isolateDirection(name) : "أحد أفراد الفريق"} إلى المغادرة. رسائلك محفوظة، وطلبنا من شخص آخر من فريقنا الانضمام.`,
		overdue: "نعتذر عن الانتظار. لا يمكننا بعد تحديد المدة المتبقية.",
		emailLeft: (email) =>
			`شكرًا. إذا لم يتمكن أحد من الرد عليك هنا، فسيتواصل معك فريقنا على ${isolateDirection(email)}.`,
		joined: (name) => `انضم ${isolateDirection(name)} إلى المحادثة.`,
		ended: "انتهت هذه المحادثة.",
		proved: (email) => `تم إثبات أن ${isolateDirection(email)} يخصك.`,
		provedFor: (hours) => `يمكن الحديث عن طلباته في هذه المحادثة لمدة ${hours} ساعة.`,
	},
	he: {
		called: "ביקשנו מנציג מהצוות שלנו להצטרף לשיחה.",
		left: (name) =>
			`${name ? isolateDirection(name) : "הנציג"} כבר לא כאן. ההודעות שלכם שמורות, וביקשנו מנציג אחר מהצוות להצטרף.`,
		overdue: "סליחה על ההמתנה. עדיין איננו יכולים לומר כמה זמן זה ייקח.",
		emailLeft: (email) =>
			`תודה. אם לא נוכל לענות כאן, הצוות שלנו יחזור אליכם בכתובת ${isolateDirection(email)}.`,
		joined: (name) => `הצטרפות לשיחה: ${isolateDirection(name)}.`,
		ended: "השיחה הזאת הסתיימה.",
		proved: (email) => `הוכח שהכתובת ${isolateDirection(email)} שייכת לך.`,
		provedFor: (hours) => `אפשר לדבר על ההזמנות שלה בשיחה הזאת במשך ${hours} שעות.`,
	},
	ru: {
		called: "Мы попросили сотрудника нашей команды присоединиться к беседе.",
		left: (name) =>
			`${name ? `${name} больше не может отвечать` : "Сотрудник больше не может отвечать"}. Ваши сообщения сохранены, и мы попросили присоединиться другого сотрудника.`,
		overdue: "Извините за ожидание. Мы пока не можем сказать, сколько оно ещё продлится.",
		emailLeft: (email) =>
			`Спасибо. Если никто не сможет ответить здесь, наша команда напишет вам на адрес ${email}.`,
		joined: (name) => `К беседе присоединяется ${name}.`,
		ended: "Эта беседа завершена.",
		proved: (email) => `Спасибо, мы подтвердили, что адрес ${email} принадлежит вам.`,
		provedFor: (hours) => `В этой беседе можно говорить о его заказах в течение ${hours} ч.`,
	},
	ja: {
		called: "担当者に参加を依頼しました。",
		left: (name) =>
			`${name ?? "担当者"}が退席しました。お客様のメッセージは保存されており、別の担当者に参加を依頼しました。`,
		overdue: "お待たせして申し訳ございません。あとどのくらいかかるか、まだお伝えできません。",
		emailLeft: (email) =>
			`ありがとうございます。こちらで返信できない場合は、${email} 宛てにご連絡いたします。`,
		joined: (name) => `${name}が会話に参加しました。`,
		ended: "この会話は終了しました。",
		proved: (email) => `ありがとうございます。${email} がお客様のアドレスであることを確認しました。`,
		provedFor: (hours) => `この会話では${hours}時間、そのアドレスのご注文についてお話しできます。`,
	},
	zh: {
		called: "我们已请团队成员加入对话。",
		left: (name) => `${name ?? "客服"}已离开。您的消息已保存，我们已请另一位团队成员加入。`,
		overdue: "抱歉让您久等了。我们还无法告知需要等多久。",
		emailLeft: (email) => `谢谢。如果没有人能在这里回复您，我们的团队会发邮件到 ${email}。`,
		joined: (name) => `${name}已加入对话。`,
		ended: "本次对话已结束。",
		proved: (email) => `谢谢，我们已确认 ${email} 是您的邮箱。`,
		provedFor: (hours) => `在本次对话中，${hours} 小时内可以谈论该邮箱的订单。`,
	},
	"zh-Hant": {
		called: "我們已請團隊成員加入對話。",
		left: (name) => `${name ?? "客服"}已離開。您的訊息已儲存，我們已請另一位團隊成員加入。`,
		overdue: "抱歉讓您久等了。我們還無法告知需要等多久。",
		emailLeft: (email) => `謝謝。如果沒有人能在這裡回覆您，我們的團隊會寄信到 ${email}。`,
		joined: (name) => `${name}已加入對話。`,
		ended: "本次對話已結束。",
		proved: (email) => `謝謝，我們已確認 ${email} 是您的信箱。`,
		provedFor: (hours) => `在本次對話中，${hours} 小時內可以談論該信箱的訂單。`,
	},
};

/**
 * The texts of notices in a language; in English when there are no texts in it.
 * @param tag BCP 47.
 */
export function noticeTexts(tag: string): { language: string; texts: NoticeTexts } {
	const language = textLanguage(tag);
	const texts = NOTICES_BY_LANGUAGE[language];
	return texts ? { language, texts } : { language: "en", texts: ENGLISH_NOTICES };
}
