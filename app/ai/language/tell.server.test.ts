import { existsSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { needs } from "#tests/setup/needs.ts";
import { tellLanguage } from "./tell.server.ts";

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
	["Siparişim nerede?", "tr"],
	["أين طلبي؟", "ar"],
	["איפה ההזמנה שלי?", "he"],
])("tells the language of %j on an English page", async (text, language) => {
	expect(await tellLanguage(text, page)).toBe(language);
});

it.each([
	["W2611340", "an order number"],
	["ok", "two letters"],
	["ines@example.com", "an address"],
	["Где мой заказ?", "a language it does not know"],
	["سفارش من کجاست؟", "Persian, which is not Arabic"],
])("expects what it expected before when a text does not tell: %j (%s)", async (text) => {
	expect(await tellLanguage(text, { locale: "sv-SE" })).toBe("sv");
	expect(await tellLanguage(text, { locale: "en", before: "de" })).toBe("de");
});

it("lets one short word be in the language of the conversation, and a sentence not", async () => {
	expect(await tellLanguage("Status", { locale: "en", before: "de" })).toBe("de");
	expect(await tellLanguage("I would rather speak English now", { locale: "de", before: "de" })).toBe("en");
});

const DEV_FILE = "../shared/data/intents/bitext_dev.csv";

it(
	"takes English for another language at most once in two hundred support questions",
	needs(DEV_FILE, existsSync(DEV_FILE)),
	async () => {
		const questions = readFileSync(DEV_FILE, "utf8").split("\n").slice(1).filter(Boolean).map(firstField);
		for (const locale of ["en", "de", "fr"]) {
			const found = await Promise.all(questions.map((question) => tellLanguage(question, { locale })));
			const mistaken = questions.filter((_question, index) => found[index] !== "en");
			console.info(`English mistaken on a page in ${locale}: ${mistaken.length} of ${questions.length}`);
			expect(mistaken.length / questions.length, mistaken.join(" | ")).toBeLessThanOrEqual(0.005);
		}
	},
);

/** The first field of a line of CSV. */
const firstField = (line: string): string =>
	/^"((?:[^"]|"")*)"/.exec(line)?.[1]?.replaceAll('""', '"') ?? line.split(",")[0] ?? "";
