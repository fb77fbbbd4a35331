import { expect, it } from "vitest";
import { extractOrderNumbers } from "./order-numbers.ts";

it.each([
	["where is my order #W2611340?", ["W2611340"]],
	["status of #w2611340 please", ["W2611340"]],
	["2611340", ["W2611340"]],
	["order W2611340, and w4817420 too", ["W2611340", "W4817420"]],
	["W2611340 W2611340 #w2611340", ["W2611340"]],
	["(W2611340)", ["W2611340"]],
	["it's w 2611340.", ["W2611340"]],
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
])("finds none in %j", (text) => {
	expect(extractOrderNumbers(text)).toEqual([]);
});
