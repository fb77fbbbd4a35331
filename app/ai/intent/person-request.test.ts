import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod/v4";
import { findPersonRequestLanguage, isPersonRequest } from "./person-request.ts";

describe("a request for a person", () => {
	it.each([
		"I want to talk to a human",
		"can I please just speak to someone?",
		"HUMAN PLEASE",
		"this isn't helping, agent",
		"get me your supervisor",
		"connect me with a representative",
		"I don't want to talk to a bot",
		"can someone call me back",
		"let me speak with one of your colleagues",
		"Ich möchte mit einem Menschen sprechen",
		"Kann ich mit einem Mitarbeiter reden?",
		"je veux parler à un humain",
		"Puis-je parler à un conseiller ?",
		"quiero hablar con una persona",
		"voglio parlare con un operatore",
		"quero falar com um atendente",
		"ik wil met een medewerker spreken",
		"call me",
		"please call me back",
		"can you call me",
		"My parcel is late. Please call me tomorrow",
		"give me a call",
		"i want a callback",
		"request a call back",
		"call back please",
		"talk to your customer executive",
		"customer care executive",
		"i want to talk to a customer care executive",
		"speak to somebody from your staff",
		"talk to one of your staff",
		"human please",
		"you are useless, give me an agent",
		"hello? agent?",
		"stop, agent",
		"talk to agent",
		"let me talk to a billing agent",
		"connect me to a returns agent",
		"where's the human",
		"forget the bot, give me staff",
		"want help talking ot somebody",
		"i dont understand, talk with na operator",
		"what do i need to do to contact someone",
		"anyone there to talk to?",
		"i need help from anyone in your team",
		"can i speak to anyone",
		"connect to customer care",
		"any human here?",
		"please arrange a call",
		"plz call back",
		"live support",
		"contact me by phone please",
		"kindly connect me with the concerned person",
		"is there any executive available",
		"need assistance from a human",
	])("is found in %j", (text) => {
		expect(isPersonRequest(text)).toBe(true);
	});

	it.each([
		["de", "Kann ich mit einem Mitarbeiter reden?"],
		["fr", "Puis-je parler à un conseiller ?"],
		["es", "quiero hablar con una persona"],
		["it", "voglio parlare con un operatore"],
		["pt", "quero falar com um atendente"],
		["nl", "ik wil met een medewerker spreken"],
		["pl", "Chcę porozmawiać z człowiekiem"],
		["pl", "proszę mnie połączyć z konsultantem"],
		["pl", "konsultant"],
		["tr", "Gerçek bir insanla konuşmak istiyorum"],
		["tr", "Müşteri temsilcisine bağlanmak istiyorum"],
		["tr", "temsilci lütfen"],
		["ar", "أريد التحدث مع موظف"],
		["ar", "هل يمكنني التحدث إلى شخص حقيقي؟"],
		["ar", "حولني الى موظف خدمة العملاء"],
		["he", "אני רוצה לדבר עם נציג"],
		["he", "אפשר לדבר עם בן אדם?"],
		["he", "נציג אנושי בבקשה"],
		["ru", "Хочу поговорить с живым человеком"],
		["ru", "соедините меня с оператором, пожалуйста"],
		["ru", "Оператора!"],
		["ja", "担当者と話したいです"],
		["ja", "人と直接話したい"],
		["ja", "オペレーターにつないでください"],
		["ja", "スタッフの方はいますか?"],
		["ja", "折り返し電話をください"],
		["zh", "转人工"],
		["zh", "我要找人工客服"],
		["zh", "我想和真人聊聊"],
		["zh", "有沒有真人客服可以幫我?"],
		["zh", "請轉接客服人員"],
		["en", "I want to talk to a human"],
	])("has its language: %s, %j", (language, text) => {
		expect(findPersonRequestLanguage(text)).toBe(language);
	});

	it.each([
		"are you a human?",
		"Gdzie jest moje zamówienie?",
		"Siparişim nerede?",
		"أين طلبي؟",
		"מתי תגיע ההזמנה שלי?",
		"Где мой заказ?",
		"Стол на 6 человек?",
		"Вчера я говорил с оператором, посылки всё ещё нет",
		"Как связаться с вами?",
		"注文はどこですか?",
		"友人に話したら壊れていると言われました",
		"6人用のテーブルはありますか",
		"昨日担当者と話しましたが届きません",
		"電話番号を教えてください",
		"怎么退货?",
		"你是机器人吗?",
		"你是人工客服吗?",
		"我昨天和客服聊过,还是没收到",
		"六個人的桌子多少錢?",
		"הכיסא מתאים לאדם גבוה?",
		"هل هذا الكرسي مناسب لشخص طويل؟",
		"what are your opening hours",
		"can someone tell me how returns work",
		"I want to buy a present for someone",
		"does the table seat six people",
		"how do I contact you",
		"I don't need a human, just tell me the price",
		"I spoke to an agent yesterday and my order still isn't here",
		"is this chair good for tall people",
		"Wann kommt meine Bestellung?",
		"où est ma commande",
		"I bought this as a real estate agent",
		"cleaning agent",
		"I need a cleaning agent",
		"do you sell a bleaching agent",
		"how do your chat assistants work?",
		"do chat assistants sleep",
		"I talk to chat assistants all day",
		"are your chat assistants robots",
		"which shipping agent do you use?",
		"who is your shipping agent",
		"my parcel was given to the delivery agent",
		"the parcel was left with the agent",
		"the order was placed by my travel agent",
		"my brother is an insurance agent",
		"I work as a travel agent",
		"I am an estate agent",
		"I am a sales representative",
		"is this treated with an anti-static agent",
		"does it contain a foaming agent",
		"do you ship to a customs agent",
		"headset for a call center operator",
		"desk lamp for a machine operator",
		"Bond, James Bond, secret agent",
		"what is a sales representative",
		"I was told by an agent",
		"you can call me Bob",
		"people call me crazy but I like it",
		"will you call me when it is delivered",
		"will the driver call me before delivery",
		"I want an executive chair",
		"executive desk",
		"who do I call about a refund",
		"no need to call me back",
		"tracking says handed over to agent",
		"your agent told me it would be here by now",
		"is this a natural bonding agent",
		"how do i become an agent",
		"do you need delivery agents",
		"are the chat assistants human",
		"operator manual",
		"can someone tell me the price",
		"my manager wants an invoice",
		"",
	])("is not read into %j", (text) => {
		expect(isPersonRequest(text)).toBe(false);
	});
});

describe("the sentences kept for judging", () => {
	const byLanguage = z.record(z.string(), z.array(z.string()));
	const sentences = z
		.object({
			asking: z.array(z.string()),
			not: z.array(z.string()),
			asking_abroad: byLanguage,
			not_abroad: byLanguage,
		})
		.parse(parse(readFileSync("tests/judging/person.yaml", "utf8")));

	it("are found in at least 95 of 100 cases, with at most 2 of 100 false alarms", () => {
		const missed = sentences.asking.filter((text) => !isPersonRequest(text));
		const alarms = sentences.not.filter((text) => isPersonRequest(text));
		expect(missed.length / sentences.asking.length, missed.join("; ")).toBeLessThanOrEqual(0.05);
		expect(alarms.length / sentences.not.length, alarms.join("; ")).toBeLessThanOrEqual(0.02);
	});

	it.each(Object.keys(sentences.asking_abroad))(
		"are distinguished from other questions in %s",
		(language) => {
			const missed = sentences.asking_abroad[language]?.filter(
				(text) => findPersonRequestLanguage(text) !== language,
			);
			expect(missed).toEqual([]);
			expect(sentences.not_abroad[language]?.filter((text) => isPersonRequest(text))).toEqual([]);
		},
	);
});
