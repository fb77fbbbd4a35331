import { expect, it } from "vitest";
import { extractOrderNumbers } from "./numbers.ts";

it.each([
	["where is my order #W2611340?", ["W2611340"]],
	["status of #w2611340 please", ["W2611340"]],
	["2611340", ["W2611340"]],
	["order W2611340, and w4817420 too", ["W2611340", "W4817420"]],
	["W2611340 W2611340 #w2611340", ["W2611340"]],
	["(W2611340)", ["W2611340"]],
	["it's w 2611340.", ["W2611340"]],
	["order-2611340", ["W2611340"]],
	["order#2611340 hasn't come", ["W2611340"]],
	["my order no. 2611340?", ["W2611340"]],
	["order number: W-2611340", ["W2611340"]],
	["Order W 261 1340", ["W2611340"]],
	["order number is 261 1340", ["W2611340"]],
	["order 261-1340 and w48 17420", ["W2611340", "W4817420"]],
	["Bestellnummer 2611340", ["W2611340"]],
	["pedido nº 2611340", ["W2611340"]],
	["رقم الطلب ٢٦١١٣٤٠", ["W2611340"]],
	["W２６１１３４０", ["W2611340"]],
	["2611340, 4817420 both late", ["W2611340", "W4817420"]],
	["ऑर्डर २६११३४०", ["W2611340"]],
	["order \u200EW\u200B26\u200B11340\u200F", ["W2611340"]],
	["W26\u00AD11\u20603\uFE0F40", ["W2611340"]],
	["W–2611340", ["W2611340"]],
	["W\u20112611340", ["W2611340"]],
	["order 261\u20111340", ["W2611340"]],
	["order 261−1340", ["W2611340"]],
	["order W\u3164261\u28001340", ["W2611340"]],
	["W２６１ー１３４０", ["W2611340"]],
	["it is this one—2611340—please", ["W2611340"]],
	["2611340–4817420", ["W2611340", "W4817420"]],
])("finds the order numbers in %j", (text, numbers) => {
	expect(extractOrderNumbers(text)).toEqual(numbers);
});

it.each([
	"call me on +4915112345678",
	"my card is 4111 1111 1111 1111",
	"I paid $2611340",
	"it was 2611340 euros 50, or 2611340.50",
	"tracking 357962501027",
	"bulb W60 for the lamp",
	"where is my order",
	"I ordered 3 of 100 and 2 of 1500",
	"ring me on 0170 123 4567",
	"my order came on 22 11 2026",
	"order 26 of 1134 0",
	"phone number 261 134 0555",
])("finds none in %j", (text) => {
	expect(extractOrderNumbers(text)).toEqual([]);
});
