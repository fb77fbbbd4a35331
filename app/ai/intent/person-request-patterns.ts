/**
 * The most common phrases with which customers ask for a person, in languages other than English. `foldLetters` folds
 * both the customer's text and the phrases, because customers often leave out accents.
 */

const GERMAN_PERSON =
	"(?:mensch(?:en)?|person|mitarbeiter(?:in|n)?|kolleg(?:e|en|in)|(?:kunden)?berater(?:in)?|sachbearbeiter(?:in)?|ansprechpartner(?:in)?|jemand(?:em|en)?|vorgesetzten?|chef|support|kundendienst|kundenservice|kundenbetreuung)";
const FRENCH_PERSON =
	"(?:humaine?|(?:vraie )?personne|quelquun|conseill(?:er|ere)|agent|operat(?:eur|rice)|responsable|employee?|collegue|service client|support|superieur)";
const SPANISH_PERSON =
	"(?:human[oa]|persona|agente|alguien|asesora?|operadora?|representante|encargad[oa]|supervisora?|emplead[oa]|gerente|jefe|(?:atencion|servicio) al cliente|soporte)";
const ITALIAN_PERSON =
	"(?:uman[oa]|persona|operat(?:ore|rice)|qualcuno|agente|addett[oa]|consulente|responsabile|impiegat[oa]|(?:assistenza|servizio) clienti|collega)";
const PORTUGUESE_PERSON =
	"(?:human[oa]|pessoa|atendente|alguem|agente|operadora?|representante|funcionari[oa]|assistente|supervisora?|gerente|colega|suporte|atendimento|apoio ao cliente|responsavel)";
const DUTCH_PERSON =
	"(?:mens|persoon|medewerk(?:er|ster)|iemand|collega|agent|manager|leidinggevende|adviseur|klantenservice|klantendienst|helpdesk)";
const POLISH_PERSON =
	"(?:czlowiek\\w*|ludzmi|kims|osoba|osobe|konsultant\\w*|pracownik\\w*|agent\\w*|doradc\\w*|obslug\\w*|kierownik\\w*|przelozon\\w*|przedstawiciel\\w*)";
const TURKISH_PERSON =
	"(?:insan|biri(?:si|yle|ne|leri)?|temsilci|yetkili|gorevli|operator|danisman|canli destek|gercek (?:bir )?kisi|calisan|musteri hizmet|personel|mudur)\\w*";
const ARABIC_PERSON = "(?:شخص|انسان|موظف|ممثل|وكيل|احد|حدا|مندوب|مسؤول|خدمه العملاء|الدعم|بشر|مدير)";
const HEBREW_PERSON = "(?:אדם|בנאדם|נציג|מישהו|אנושי|אנוש|שירות לקוחות|שירות הלקוחות|מנהל)";
const RUSSIAN_PERSON =
	"(?:человек|людьми|оператор|сотрудник|менеджер|консультант|специалист|живым|живого|поддержк|кем нибудь|кто нибудь)";
/** Without voicing marks (ガ is カ), which `foldLetters` removes. */
const JAPANESE_PERSON =
	"(?:担当者|担当の方|人間|スタッフ|オヘレーター|係の人|係員|カスタマーサホート|カスタマーサーヒス|サホート|有人対応|有人チャット|店員|責任者)";
const CHINESE_PERSON =
	"(?:人工客服|真人客服|在线客服|線上客服|客服人员|客服人員|客服|人工服务|人工服務|人工|真人|专员|專員|工作人员|工作人員|店员|店員|经理|經理|负责人|負責人)";

export const PERSON_REQUEST_PATTERNS_BY_LANGUAGE: Record<string, RegExp[]> = {
	de: [
		new RegExp(
			`\\b(?:mit|zu|zum|zur|an)\\b.{0,25}\\b${GERMAN_PERSON}\\b.{0,40}\\b(?:sprechen|reden|chatten|telefonieren|verbinden|verbunden|durchgestellt|weitergeleitet)\\b`,
		),
		new RegExp(
			`\\b(?:sprechen|reden|chatten|verbinde|verbinden|weiterleiten)\\b.{0,20}\\b(?:mit|zu|zum|zur|an)\\b.{0,20}\\b${GERMAN_PERSON}\\b`,
		),
		/\b(?:echte|richtige|lebende|menschliche)[mnrs]? (?:menschen?|person|mitarbeiter(?:in)?|ansprechpartner|hilfe|unterstutzung)\b/,
		/^(?:(?:bitte|hallo|ich|will|mochte|moechte|brauche|einen|eine|ein|nur|jetzt|endlich) )*(?:mensch(?:en)?|mitarbeiter(?:in)?|(?:kunden)?berater(?:in)?|ansprechpartner)(?: (?:bitte|jetzt|sofort))*$/,
		/\bmich (?:bitte )?(?:jemand|einer|wer)\b.{0,15}\b(?:zuruckrufen|anrufen|kontaktieren)\b|\bruf\w* (?:sie )?mich (?:bitte )?(?:zuruck|an)\b|\bum (?:einen )?ruckruf\b/,
	],
	fr: [
		new RegExp(
			`\\b(?:parler|discuter|echanger|contacter|joindre|connecter|connectez|transferer|transferez|transfere|relation|rediriger|redirigez)\\b.{0,30}\\b${FRENCH_PERSON}\\b`,
		),
		new RegExp(`\\b(?:passez?|passer|mettez|donnez|appelez)\\b.{0,12}\\b${FRENCH_PERSON}\\b`),
		/\bvraie personne\b|\b(?:etre|un) humain\b|\b(?:pas|plus) (?:a |de |un |d)?(?:robot|bot|machine)\b.{0,30}\b(?:humain|personne)\b/,
		/^(?:(?:un|une|bonjour|je|veux|voudrais) )*(?:humain|conseill(?:er|ere)|agent|operateur|responsable)(?: (?:svp|sil|vous|te|plait|merci))*$/,
		/\b(?:rappelez moi|rappelle moi|me (?:rappeler|recontacter)|etre rappelee?|ecrire a un humain)\b/,
	],
	es: [
		new RegExp(
			`\\b(?:hablar|hablo|chatear|conversar con|contactar|comunicar\\w*|comuniqu\\w*|pasame|paseme|pasarme|conect\\w+|transfier\\w+|transferir\\w*|atienda|atender\\w*|pongame|ponme|ponerme)\\b.{0,30}\\b${SPANISH_PERSON}\\b`,
		),
		/\b(?:quiero|necesito|dame|deme|prefiero|quisiera)\b.{0,12}\b(?:human[oa]|persona real|agente|representante|asesora?|operadora?)\b/,
		/\bpersona (?:real|de verdad|de carne)\b|\bhay (?:alguien|alguna persona|algun humano)\b.{0,12}\b(?:real|humano|persona|que me atienda|con quien)\b/,
		/^(?:(?:un|una|hola) )*(?:agente|humano|operador|operadora|asesor|representante)(?: (?:por|favor|ya))*$/,
		/\b(?:llamame|llamenme|me (?:pueden|puede|podrian) llamar|que me llamen)\b/,
	],
	it: [
		new RegExp(
			`\\b(?:parlare|parlo|chattare|contattare|contattat[oa]|contatto|metter\\w*|mettetemi|passami|passatemi|passi|collegarmi|collegatemi|trasferi\\w*|connett\\w*|richiamat[oa])\\b.{0,35}\\b${ITALIAN_PERSON}\\b`,
		),
		/\b(?:voglio|vorrei|ho bisogno di|serve|datemi|dammi)\b.{0,12}\b(?:operat(?:ore|rice)|umano|persona (?:reale|vera)|agente|consulente)\b/,
		/\bpersona (?:reale|vera|in carne)\b|\bce (?:qualcuno|una persona|un operatore|un umano)\b.{0,12}\b(?:con cui|vero|reale|umano|parlare|che mi)\b/,
		/^(?:(?:un|una|ciao|buongiorno) )*(?:operat(?:ore|rice)|umano|consulente)(?: (?:per|favore|grazie|subito))*$/,
		/\b(?:richiamatemi|mi richiami|mi richiamate|chiamatemi|essere richiamat[oa])\b/,
	],
	pt: [
		new RegExp(
			`\\b(?:falar|falo|conversar|contatar|contactar|conectar|conecte|transferir|transfere|transfira|encaminhar|encaminhe|me (?:passa|passe|chama|chame)|passar me|chamar)\\b.{0,30}\\b${PORTUGUESE_PERSON}\\b`,
		),
		/\b(?:quero|preciso|gostaria|prefiro)\b.{0,15}\b(?:atendente|humano|pessoa (?:real|de verdade)|agente|operadora?)\b/,
		/\bpessoa (?:real|de verdade)\b|\b(?:tem|ha|existe) (?:ai )?(?:alguem|alguma pessoa|algum humano|algum atendente)\b.{0,20}\b(?:atender|ajudar|falar|real|conversar|de verdade)\b/,
		/^(?:(?:um|uma|ola|oi) )*(?:atendente|humano|operadora?)(?: (?:por|favor|ja))*$/,
		/\b(?:me lig(?:a|ar|ue|uem)|liguem me|liga me)\b/,
	],
	nl: [
		new RegExp(
			`\\b(?:praten|spreken|chatten|verbinden|verbind|doorverbinden|doorverbonden|verbonden)\\b.{0,25}\\b${DUTCH_PERSON}\\b`,
		),
		new RegExp(
			`\\b${DUTCH_PERSON}\\b.{0,25}\\b(?:praten|spreken|chatten|verbinden|doorverbinden|doorverbonden|verbonden|aan de lijn|geen (?:robot|bot|computer))\\b`,
		),
		/\bechte? (?:mens|persoon|medewerker|iemand)\b|\bcontact\b.{0,10}\b(?:mens|persoon|medewerker|collega)\b/,
		/^(?:(?:een|graag|hallo|ik|wil) )*(?:mens|medewerker|agent)(?: (?:alstublieft|alsjeblieft|aub|graag|nu))*$/,
		/\b(?:bel me|bellen jullie me|mij? terugbellen|teruggebeld)\b/,
	],
	pl: [
		new RegExp(
			`\\b(?:rozmawiac|porozmawiac|pogadac|pomowic|rozmowe|rozmowa|polacz\\w*|skontaktowac|kontakt|przelacz\\w*|przekieruj\\w*|czat\\w*)\\b.{0,25}\\b(?:${POLISH_PERSON}|zyw\\w+)\\b`,
		),
		/\b(?:potrzebuje|chce|chcial[ab]?ym|poprosze|prosze|dajcie|daj|wole)\b.{0,20}\b(?:czlowieka|prawdziw\w+ osob\w+|zyw\w+ osob\w+|konsultant\w*|doradc\w*|agenta)\b/,
		/\b(?:jest|sa)\b.{0,8}\b(?:ktos|jakis|jacys)\b.{0,10}\b(?:zyw\w+|prawdziw\w+|czlowiek|ludzie|konsultant)\b/,
		/^(?:zywy )?(?:czlowiek|konsultanta?|doradca|pracownik)(?: prosze)?$/,
		/\b(?:zadzwoncie do mnie|prosze o telefon|oddzwoncie|oddzwonic)\b/,
	],
	tr: [
		// The Turkish past tense ("konuştum", "I spoke") is not a request for a person.
		new RegExp(
			`\\b${TURKISH_PERSON}(?: \\S+){0,3} (?:konus|gorus|bagla|yazis|aktar|iletisim|ulas|yonlendir)(?!t[iu]|d[iu]|nd[iu])\\w*`,
		),
		new RegExp(`\\b${TURKISH_PERSON}(?: \\S+){0,2} (?:istiyorum|isterim|lutfen|lazim|ihtiyac\\w*|rica)\\b`),
		/\b(?:gercek|canli) (?:bir )?(?:insan|kisi|biri)\w*(?: \S+){0,2} (?:var m|yok m)/,
		/^(?:insan|temsilci|musteri temsilcisi|canli destek|yetkili|operator)(?: lutfen)?$/,
		/\bbeni (?:geri )?ara(?:yin|r|sin|yabilir)/,
	],
	ar: [
		new RegExp(
			`(?:اتحدث|التحدث|اتكلم|التكلم|اكلم|احكي|تحويلي|حولني|حولوني|تحولني|تحولوني|وصلني|وصلوني|توصيلي|التواصل|اتواصل).{0,25}${ARABIC_PERSON}`,
		),
		/(?:اريد|احتاج|عايز|عاوز|بدي|ابغي|ارغب).{0,15}(?:شخص حقيقي|شخصا حقيقيا|انسان|موظف|ممثل|مندوب)/,
		/(?:يوجد|هناك|فيه|في) (?:اي )?(?:شخص|احد|حدا|موظف|انسان).{0,15}(?:حقيقي|خدمه العملاء|اتحدث|اكلمه|يساعدني|يرد)/,
		/^(?:موظف|انسان|شخص حقيقي|ممثل خدمه العملاء|خدمه العملاء)(?: من فضلك| لو سمحت)?$/,
		/(?:اتصلوا بي|اتصل بي|كلموني)/,
	],
	he: [
		new RegExp(
			`(?:לדבר|לשוחח|להתכתב|להעביר|תעביר|תעבירו|תעבירי|העבירו|לחבר|תחבר|תחברו|שיחה|ליצור קשר).{0,15}${HEBREW_PERSON}`,
		),
		/(?:רוצה|צריך|צריכה|מבקש|מבקשת|אפשר|תנו לי|תביאו לי).{0,10}(?:נציג|אדם אמיתי|בן אדם|בנאדם|מענה אנושי|מישהו אמיתי)/,
		/יש (?:פה|כאן|שם)? ?(?:בן אדם|בנאדם|אדם אמיתי|מישהו אמיתי|נציג)/,
		/^(?:נציגה?|אדם|בן אדם|מענה אנושי|נציג אנושי|נציגת? שירות|שירות לקוחות)(?: בבקשה| דחוף| עכשיו)?$/,
		/(?:תתקשרו אלי|שיתקשרו אלי|תחזרו אלי|שיחזרו אלי)/,
	],
	ru: [
		new RegExp(
			`(?<!как )(?:поговорить|говорить|пообщаться|общаться|связаться|соединит\\S{0,5}|переключит\\S{0,5}|переведите|позов\\S{0,5}|подключит\\S{0,5}|свяжите) (?:\\S{1,30} ){0,4}${RUSSIAN_PERSON}`,
		),
		/(?:дайте|нужен|нужна|хочу|позовите) (?:\S{1,30} ){0,2}(?:оператора?|живои|живого|консультанта?|сотрудника?|менеджера?)(?: |$)/,
		/(?:есть|тут|здесь) (?:\S{1,30} ){0,2}(?:живои человек|кто нибудь живои|живые люди)/,
		/^(?:живои |живого )?(?:человека?|оператора?|сотрудника?|менеджера?|консультанта?)(?: пожалуиста)?$/,
		/(?:перезвоните|позвоните) мне/,
	],
	ja: [
		new RegExp(
			`(?:${JAPANESE_PERSON}|(?<![友知恋主個老]|\\d)人)(?:の方)?(?:と|に)(?:直接)?(?:話(?!しました|した(?!い))|チャットし|つな|繋|代わ(?!って)|変わ|替わ|かわ|お願い)`,
		),
		new RegExp(`${JAPANESE_PERSON}(?:の方)?(?:を|は)?(?:お願い|呼ん|出して|いますか|いませんか)`),
		/(?:電話|折り返し)(?:を)?(?:して|かけて|いた)?(?:くた|ほしい|欲しい|もらえ|お願い)/,
		new RegExp(`^${JAPANESE_PERSON}$`),
	],
	zh: [
		new RegExp(
			`(?<!怎么|怎麼|如何|怎样|怎樣)(?:转接?|轉接?|找|请|請|接|叫|要|联系|聯繫|聯絡)(?:一下|一个|一個|一位|个|個|到)?${CHINESE_PERSON}`,
		),
		new RegExp(
			`(?:和|跟|与|與)(?:一个|一個|一位)?${CHINESE_PERSON}(?:直接)?(?:聊|说话|說話|讲话|講話|谈|談|通话|通話|对话|對話|沟通|溝通)(?!过|過|了)`,
		),
		new RegExp(`有(?:没有|沒有)?${CHINESE_PERSON}(?:吗|嗎|在|可以|能)`),
		new RegExp(`^${CHINESE_PERSON}$`),
		/(?:给|給)我(?:回)?(?:个|個)?(?:打)?(?:电话|電話)|回电给我|回電給我/,
	],
};

/** Questions whether the assistant is human, in the languages other than English. They are no requests for a person. */
export const IS_HUMAN_QUESTION_PATTERN_NON_ENGLISH =
	/^(?:bist du|sind sie|bin ich|es tu|etes vous|est ce que (?:tu|vous|je)|eres|es usted|estoy|sei|parlo con|voce e|estou|ben je|bent u|spreek ik|czy (?:jestes|rozmawiam|to)|هل انت|אתה|האם אתה)\b/;
