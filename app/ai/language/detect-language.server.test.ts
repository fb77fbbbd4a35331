import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { needs } from "#tests/setup/needs.ts";
import { detectLanguage, findOtherLanguage, type LanguageContext } from "./detect-language.server.ts";

const languageOf = async (text: string, context: LanguageContext): Promise<string> =>
	(await detectLanguage(text, context)).language;

const page = { locale: "en" };

it.each([
	["Where is my order?", "en"],
	["will the dye die in water?", "en"],
	["Wo ist meine Bestellung?", "de"],
	["wann kommt mein paket", "de"],
	["Où est ma commande ?", "fr"],
	["¿Dónde está mi pedido?", "es"],
	["Vorrei sapere dove è il mio ordine", "it"],
	["Onde está o meu pedido?", "pt"],
	["Waar is mijn bestelling?", "nl"],
	["Gdzie jest moje zamówienie?", "pl"],
	["Siparişim nerede kaldı?", "tr"],
	["أين طلبي؟", "ar"],
	["איפה ההזמנה שלי?", "he"],
	["Где мой заказ?", "ru"],
	["доставка", "ru"],
	["注文はどこですか?", "ja"],
	["返品したい", "ja"],
	["送料", "ja"],
	["キャンセル", "ja"],
	["iPhoneケースの送料はいくら?", "ja"],
	["请问我的订单在哪里?", "zh"],
	["退货", "zh"],
	["怎么付款", "zh"],
	["請問我的訂單在哪裡?", "zh-Hant"],
	["運費多少", "zh-Hant"],
	["我想退貨", "zh-Hant"],
])("detects the language of %j on an English page", async (text, language) => {
	expect(await languageOf(text, page)).toBe(language);
});

it.each([
	["W2611340", "an order number"],
	["ok", "two letters"],
	["ines@example.com", "an address"],
	["Де моє замовлення?", "a language it does not know"],
	["سفارش من کجاست؟", "Persian, which is not Arabic"],
])("keeps the expected language when that of a text is unclear: %j (%s)", async (text) => {
	expect(await languageOf(text, { locale: "sv-SE" })).toBe("sv-SE");
	expect(await languageOf(text, { locale: "en", previousLanguage: "de" })).toBe("de");
});

it("lets one short word be in the language of the conversation, and a sentence not", async () => {
	expect(await languageOf("Status", { locale: "en", previousLanguage: "de" })).toBe("de");
	expect(await languageOf("I would rather speak English now", { locale: "de", previousLanguage: "de" })).toBe(
		"en",
	);
});

it.each(
	(
		"hello|hi there|hey|good morning|hello hello hello|thanks|thank you|merci|ciao|hola|ok cool|cancel oder|" +
		"cancel order|order status|refund|refund please|sofa bed|Siparişim nerede?|batalkan pesanan|lampa status|" +
		"👋|?|W2611340 status"
	).split("|"),
)("keeps the page's language for a greeting, or one or two words: %j", async (text) => {
	for (const locale of ["en-GB", "de", "sv-SE", "pt-BR"]) {
		expect(await detectLanguage(text, { locale })).toEqual({ language: locale, written: null });
	}
});

it.each([
	"good morning everyone",
	"hello, are you there?",
	"hi there team",
	"cancle my oder pls",
	"wher is my oder",
	"plz cancel ordar now",
	"track my packge",
	"need help asap pls",
	"do u ship to sweden",
	"sofa bed delivery time",
	"order nr please",
	"sale items list",
	"a la carte menu",
])("keeps English for hasty English on an English page: %j", async (text) => {
	expect(await languageOf(text, { locale: "en" })).toBe("en");
});

it.each([
	["sv-SE", "Hej! Var är min beställning? Jag har väntat i två veckor på paketet."],
	["sv", "var är min order"],
	["da", "Hej! Hvor er min ordre? Jeg har ventet i to uger på pakken."],
	["nb-NO", "Hvor er bestillingen min? Jeg har ventet i to uker."],
	["nn", "Hei! Kvar er bestillinga mi?"],
	["fi", "Hei! Missä tilaukseni on? Olen odottanut pakettia jo kaksi viikkoa."],
	["is", "Hvar er pöntunin mín?"],
	["et", "Kus on mu tellimus?"],
	["lv", "Kur ir mans pasūtījums?"],
	["lt", "Kur yra mano užsakymas?"],
	["cs", "Kde je moje objednávka?"],
	["sk", "Kde je moja objednávka?"],
	["sl", "Kje je moje naročilo?"],
	["hr", "Gdje je moja narudžba?"],
	["bs", "Gdje je moja narudžba?"],
	["sr-Latn", "Gde je moja porudžbina?"],
	["hu", "Hol van a rendelésem?"],
	["ro", "Unde este comanda mea?"],
	["sq", "Ku është porosia ime?"],
	["id", "Di mana pesanan saya? Saya sudah menunggu dua minggu"],
	["ms", "Di mana pesanan saya sekarang?"],
	["fil-PH", "Nasaan na ang order ko?"],
	["af", "Waar is my bestelling? Ek wag al twee weke vir my pakkie"],
	["gl", "Onde está o meu pedido? Levo dúas semanas agardando polo paquete"],
	["ca", "On és la meva comanda?"],
	["cy", "Ble mae fy archeb? Rwyf wedi bod yn aros am bythefnos"],
	["ga", "Cá bhfuil m'ordú? Tá mé ag fanacht le coicís"],
	["sw", "Oda yangu iko wapi? Nimesubiri wiki mbili"],
	["uz", "Mening buyurtmam qayerda? Ikki hafta kutyapman"],
	["lb", "Wou ass meng Bestellung? Ech waarden zënter zwou Wochen op de Pak"],
	["zh-TW", "請問我的訂單在哪裡?我已經等了兩個星期了。"],
	["zh-Hant-HK", "請問我的訂單在哪裡?"],
	["zh-CN", "请问我的订单在哪里?"],
	["zh-CN", "請問我的訂單在哪裡?"],
	["zh-TW", "退貨"],
	["ja-JP", "返品方法"],
	["ja", "確認"],
	["uk", "доставка"],
	["mr", "माझी ऑर्डर कुठे आहे?"],
	["ne", "मेरो अर्डर कहाँ छ?"],
	["pt-BR", "Onde está o meu pedido? Já espero há duas semanas."],
	["ja", "注文はどこですか?"],
	["th", "คำสั่งซื้อของฉันอยู่ที่ไหน"],
	["el", "Πού είναι η παραγγελία μου;"],
	["uk", "Де моє замовлення?"],
	["kk", "Тапсырысым қайда? Екі апта күтіп жүрмін"],
	["fa", "سفارش من کجاست؟ دو هفته است که منتظرم."],
	["fa-IR", "سلام من سفارش دادم"],
	["ps", "زما امر چیرته دی؟ زه دوه اونۍ انتظار کوم."],
	["ckb", "داواکارییەکەم لە کوێیە؟ دوو هەفتەیە چاوەڕێم."],
	["sd", "منهنجو آرڊر ڪٿي آهي؟"],
	["ug", "زاكازىم نەدە؟"],
	["ur", "میرا آرڈر کہاں ہے؟"],
	["yi", "וווּ איז מײַן באַשטעלונג? איך וואַרט שוין צוויי וואָכן."],
])("keeps the language of a page in %s, script and region with it: %j", async (locale, text) => {
	expect(await languageOf(text, { locale })).toBe(locale);
});

it.each([
	["Hej! Var är min beställning? Jag har väntat i två veckor på paketet.", "sv"],
	["Hej! Hvor er min ordre? Jeg har ventet i to uger på pakken.", "da"],
	["Hei! Missä tilaukseni on? Olen odottanut pakettia jo kaksi viikkoa.", "fi"],
	["Kde je moje objednávka? Čekám už dva týdny.", "cs"],
	["Hol van a rendelésem? Két hete várok.", "hu"],
	["Unde este comanda mea? Aștept de două săptămâni.", "ro"],
	["batalkan pesanan saya sekarang", "ms"],
	["Де моє замовлення?", "uk"],
	["환불 해주세요", "ko"],
	["주문", "ko"],
	["คืนสินค้าได้ไหม", "th"],
	["मेरा ऑर्डर कहाँ है", "hi"],
	["वापसी", "hi"],
])(
	"falls back to the page's language where the assistant has no words in the customer's: %j",
	async (text, written) => {
		expect(await detectLanguage(text, { locale: "en" })).toEqual({ language: "en", written });
		expect(await detectLanguage(text, { locale: "fr-CA" })).toEqual({ language: "fr-CA", written });
	},
);

it.each([
	["Hei! Missä tilaukseni on? Olen odottanut pakettia jo kaksi viikkoa.", "sv", "fi"],
	["Ihre Bestellung ist auf dem Weg und kommt am Freitag an.", "sv", "de"],
	["Your order is on its way and will arrive on Friday.", "id", "en"],
	["Your order is on its way and will arrive on Friday.", "cy", "en"],
	["Din beställning är på väg och kommer fram på fredag.", "sv", null],
	["Din ordre er på vej og kommer frem på fredag.", "nb", null],
	["Pesanan Anda sedang dalam perjalanan dan akan tiba pada hari Jumat.", "id", null],
	["Mae eich archeb ar ei ffordd a bydd yn cyrraedd ddydd Gwener.", "cy", null],
	["您的訂單正在路上,將於週五送達。", "zh-TW", null],
	["Hej", "de", null],
])("says of %j, expected in %s, what other language it is in: %j", async (text, expected, other) => {
	expect(await findOtherLanguage(expected, text)).toBe(other);
});

it("uses the page's tag when the earlier messages are in the same language", async () => {
	expect(await languageOf("ok", { locale: "pt-BR", previousLanguage: "pt" })).toBe("pt-BR");
	expect(await languageOf("ok", { locale: "zh-Hant-TW", previousLanguage: "zh" })).toBe("zh-Hant-TW");
	expect(await languageOf("ok", { locale: "de-DE-u-co-phonebk" })).toBe("de-DE");
	expect(await languageOf("ok", { locale: "not a tag" })).toBe("en");
});

const DEV_FILE = "../shared/data/intents/bitext_dev.csv";

it(
	"mistakes English for another language at most once in 200 support questions",
	needs(DEV_FILE, existsSync(DEV_FILE)),
	async () => {
		const questions = readFileSync(DEV_FILE, "utf8").split("\n").slice(1).filter(Boolean).map(firstField);
		for (const locale of ["en", "de", "fr"]) {
			const found = await Promise.all(questions.map((question) => languageOf(question, { locale })));
			// Texts of one or two words keep the page's language, whatever it is.
			const mistaken = questions.filter(
				(question, index) => found[index] !== "en" && !(found[index] === locale && isShort(question)),
			);
			console.info(`English mistaken on a page in ${locale}: ${mistaken.length} of ${questions.length}`);
			expect(mistaken.length / questions.length, mistaken.join(" | ")).toBeLessThanOrEqual(0.005);
		}
	},
);

const isShort = (question: string): boolean => (question.match(/\p{L}+/gu)?.length ?? 0) < 3;

/** Returns the first field of a line of CSV. */
const firstField = (line: string): string =>
	/^"((?:[^"]|"")*)"/.exec(line)?.[1]?.replaceAll('""', '"') ?? line.split(",")[0] ?? "";
