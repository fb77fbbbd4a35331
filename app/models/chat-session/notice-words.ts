/** What the conversation itself tells a customer, in every language the assistant has phrases in. */
export type NoticeWords = {
	called: string;
	/** The agent who had the conversation does not answer; no name where none is known. */
	left: (name: string | null) => string;
	overdue: string;
	place: (position: number) => string;
	/** Where it is better to leave an address than to stay. */
	offer: string;
	emailLeft: (email: string) => string;
	joined: (name: string) => string;
	ended: string;
	proved: (email: string) => string;
	/** Said after `proved` to whoever is not signed in. */
	provedFor: (hours: number) => string;
};

const ENGLISH: NoticeWords = {
	called: "An agent has been called.",
	left: (name) =>
		`${name ?? "The agent"} had to leave. Everything written here is kept, and somebody else has been called.`,
	overdue: "We are sorry that nobody has come yet.",
	place: (position) => `You are number ${position} in the queue.`,
	offer: "You can leave an e-mail address, and we will write to you.",
	emailLeft: (email) => `Thank you. If nobody can answer you here, we will write to ${email}.`,
	joined: (name) => `${name} has joined the conversation.`,
	ended: "This conversation has ended.",
	proved: (email) => `You have shown that ${email} is yours.`,
	provedFor: (hours) => `Its orders can be spoken of in this conversation for ${hours} hours.`,
};

/** A name or an address among words from right to left, so that it and the dot after it keep their order. */
const apart = (text: string) => `\u2068${text}\u2069`;

const WORDS: Record<string, NoticeWords> = {
	en: ENGLISH,
	de: {
		called: "Eine Person wurde gerufen.",
		left: (name) =>
			`${name ?? "Die Person"} musste gehen. Alles hier Geschriebene bleibt erhalten, und jemand anderes wurde gerufen.`,
		overdue: "Es tut uns leid, dass noch niemand gekommen ist.",
		place: (position) => `Sie sind Nummer ${position} in der Warteschlange.`,
		offer: "Sie können eine E-Mail-Adresse hinterlassen, dann schreiben wir Ihnen.",
		emailLeft: (email) => `Danke. Wenn Ihnen hier niemand antworten kann, schreiben wir an ${email}.`,
		joined: (name) => `${name} ist dem Gespräch beigetreten.`,
		ended: "Dieses Gespräch ist beendet.",
		proved: (email) => `Sie haben gezeigt, dass ${email} Ihnen gehört.`,
		provedFor: (hours) =>
			`Über die Bestellungen dazu kann in diesem Gespräch ${hours} Stunden lang gesprochen werden.`,
	},
	fr: {
		called: "Une personne a été appelée.",
		left: (name) =>
			`${name ?? "La personne"} a dû partir. Tout ce qui est écrit ici est conservé, et quelqu'un d'autre a été appelé.`,
		overdue: "Nous sommes désolés que personne ne soit encore venu.",
		place: (position) => `Vous êtes numéro ${position} dans la file d'attente.`,
		offer: "Vous pouvez laisser une adresse e-mail et nous vous écrirons.",
		emailLeft: (email) => `Merci. Si personne ne peut vous répondre ici, nous écrirons à ${email}.`,
		joined: (name) => `${name} a rejoint la conversation.`,
		ended: "Cette conversation est terminée.",
		proved: (email) => `Vous avez montré que ${email} est à vous.`,
		provedFor: (hours) =>
			`Ses commandes peuvent être évoquées dans cette conversation pendant ${hours} heures.`,
	},
	es: {
		called: "Se ha llamado a una persona.",
		left: (name) =>
			`${name ?? "La persona"} ha tenido que irse. Todo lo escrito aquí se conserva y se ha llamado a otra persona.`,
		overdue: "Sentimos que todavía no haya venido nadie.",
		place: (position) => `Su lugar en la cola: ${position}.`,
		offer: "Puede dejar una dirección de correo y le escribiremos.",
		emailLeft: (email) => `Gracias. Si nadie puede responderle aquí, escribiremos a ${email}.`,
		joined: (name) => `${name} se ha unido a la conversación.`,
		ended: "Esta conversación ha terminado.",
		proved: (email) => `Ha demostrado que la dirección ${email} es suya.`,
		provedFor: (hours) => `De sus pedidos se puede hablar en esta conversación durante ${hours} horas.`,
	},
	it: {
		called: "È stata chiamata una persona.",
		left: (name) =>
			`${name ?? "La persona"} ha dovuto andare via. Tutto ciò che è scritto qui resta, ed è stato chiamato qualcun altro.`,
		overdue: "Ci dispiace che non sia ancora arrivato nessuno.",
		place: (position) => `Il Suo posto in coda: ${position}.`,
		offer: "Può lasciare un indirizzo e-mail e Le scriveremo.",
		emailLeft: (email) => `Grazie. Se nessuno può risponderLe qui, scriveremo a ${email}.`,
		joined: (name) => `${name} partecipa ora alla conversazione.`,
		ended: "Questa conversazione è terminata.",
		proved: (email) => `Ha dimostrato che l'indirizzo ${email} è Suo.`,
		provedFor: (hours) => `Dei relativi ordini si può parlare in questa conversazione per ${hours} ore.`,
	},
	nl: {
		called: "Er is iemand bij geroepen.",
		left: (name) =>
			`${name ?? "De medewerker"} moest weg. Alles wat hier geschreven is blijft bewaard, en er is iemand anders bij geroepen.`,
		overdue: "Het spijt ons dat er nog niemand is gekomen.",
		place: (position) => `U bent nummer ${position} in de wachtrij.`,
		offer: "U kunt een e-mailadres achterlaten, dan schrijven wij u.",
		emailLeft: (email) => `Dank u. Als niemand u hier kan antwoorden, schrijven we naar ${email}.`,
		joined: (name) => `${name} doet nu mee aan het gesprek.`,
		ended: "Dit gesprek is beëindigd.",
		proved: (email) => `U hebt laten zien dat ${email} van u is.`,
		provedFor: (hours) =>
			`Over de bestellingen daarvan kan in dit gesprek ${hours} uur lang gesproken worden.`,
	},
	pt: {
		called: "Foi chamada uma pessoa.",
		left: (name) =>
			`${name ?? "A pessoa"} teve de sair. Tudo o que está escrito aqui fica guardado e foi chamada outra pessoa.`,
		overdue: "Lamentamos que ainda ninguém tenha vindo.",
		place: (position) => `O seu lugar na fila: ${position}.`,
		offer: "Pode deixar um endereço de e-mail e nós escrevemos-lhe.",
		emailLeft: (email) => `Obrigado. Se ninguém puder responder aqui, escrevemos para ${email}.`,
		joined: (name) => `${name} entrou na conversa.`,
		ended: "Esta conversa terminou.",
		proved: (email) => `Mostrou que o endereço ${email} é seu.`,
		provedFor: (hours) => `Pode falar-se das respetivas encomendas nesta conversa durante ${hours} horas.`,
	},
	pl: {
		called: "Wezwano osobę z zespołu.",
		left: (name) =>
			`${name ?? "Osoba z zespołu"} nie może już odpowiadać. Wszystko, co tu napisano, zostaje, a wezwano kogoś innego.`,
		overdue: "Przykro nam, że nikt jeszcze nie przyszedł.",
		place: (position) => `Twoje miejsce w kolejce: ${position}.`,
		offer: "Możesz zostawić adres e-mail, a my napiszemy.",
		emailLeft: (email) => `Dziękujemy. Jeśli nikt nie będzie mógł tu odpowiedzieć, napiszemy na ${email}.`,
		joined: (name) => `${name} dołącza do rozmowy.`,
		ended: "Ta rozmowa jest zakończona.",
		proved: (email) => `Adres ${email} jest potwierdzony jako Twój.`,
		provedFor: (hours) => `O jego zamówieniach można tu rozmawiać przez ${hours} godz.`,
	},
	tr: {
		called: "Bir çalışan çağrıldı.",
		left: (name) =>
			`${name ?? "Çalışan"} ayrılmak zorunda kaldı. Burada yazılan her şey saklanıyor ve başka biri çağrıldı.`,
		overdue: "Henüz kimse gelmediği için üzgünüz.",
		place: (position) => `Sıradaki yeriniz: ${position}.`,
		offer: "Bir e-posta adresi bırakabilirsiniz, size yazarız.",
		emailLeft: (email) => `Teşekkürler. Burada kimse yanıt veremezse ${email} adresine yazacağız.`,
		joined: (name) => `${name} görüşmeye katıldı.`,
		ended: "Bu görüşme sona erdi.",
		proved: (email) => `${email} adresinin size ait olduğunu gösterdiniz.`,
		provedFor: (hours) => `Bu adresin siparişleri bu görüşmede ${hours} saat boyunca konuşulabilir.`,
	},
	ar: {
		called: "تم استدعاء أحد أفراد الفريق.",
		left: (name) =>
			`اضطر ${name ? apart(name) : "أحد أفراد الفريق"} إلى المغادرة. كل ما كُتب هنا محفوظ، وتم استدعاء شخص آخر.`,
		overdue: "نأسف لأن أحدًا لم يأت بعد.",
		place: (position) => `رقمك في قائمة الانتظار: ${position}.`,
		offer: "يمكنك ترك عنوان بريد إلكتروني وسنكتب إليك.",
		emailLeft: (email) => `شكرًا. إذا لم يتمكن أحد من الرد عليك هنا، فسنكتب إلى ${apart(email)}.`,
		joined: (name) => `انضم ${apart(name)} إلى المحادثة.`,
		ended: "انتهت هذه المحادثة.",
		proved: (email) => `تم إثبات أن ${apart(email)} يخصك.`,
		provedFor: (hours) => `يمكن الحديث عن طلباته في هذه المحادثة لمدة ${hours} ساعة.`,
	},
	he: {
		called: "נקרא נציג מהצוות.",
		left: (name) => `${name ? apart(name) : "הנציג"} כבר לא כאן. כל מה שנכתב כאן נשמר, ונקרא נציג אחר.`,
		overdue: "צר לנו שעדיין לא הגיע איש.",
		place: (position) => `המקום בתור: ${position}.`,
		offer: "אפשר להשאיר כתובת דוא״ל ונכתוב אליה.",
		emailLeft: (email) => `תודה. אם לא נוכל לענות כאן, נכתוב אל ${apart(email)}.`,
		joined: (name) => `הצטרפות לשיחה: ${apart(name)}.`,
		ended: "השיחה הזאת הסתיימה.",
		proved: (email) => `הוכח שהכתובת ${apart(email)} שייכת לך.`,
		provedFor: (hours) => `אפשר לדבר על ההזמנות שלה בשיחה הזאת במשך ${hours} שעות.`,
	},
};

/** The words in a language, and which one it is: English where there are none. @param tag BCP 47. */
export function noticeWords(tag: string): { language: string; words: NoticeWords } {
	const language = tag.toLowerCase().split("-")[0] ?? "";
	const words = WORDS[language];
	return words ? { language, words } : { language: "en", words: ENGLISH };
}
