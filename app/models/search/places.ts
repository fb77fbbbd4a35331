/** Large cities; the names of countries come from Intl. */
const CITIES =
	"amsterdam athens auckland bangkok barcelona beijing berlin birmingham boston brisbane brussels bucharest budapest cairo calgary chicago copenhagen dubai dublin edinburgh florence frankfurt geneva glasgow hamburg helsinki houston istanbul jerusalem johannesburg lisbon liverpool london lyon madrid manchester marseille melbourne miami milan montreal moscow mumbai munich naples nice osaka oslo ottawa paris perth porto prague rome rotterdam seattle seoul shanghai singapore stockholm sydney tokyo toronto turin valencia vancouver venice vienna warsaw wellington zagreb zurich";
/** Words in names of countries that are common words too, or mean nothing alone. */
const COMMON_WORDS_IN_NAMES =
	"and the of new south north east west united island islands republic saint states territory territories american french british democratic central outlying northern southern ocean indian coast city man cook christmas norfolk faroe heard jersey turkey chad guinea jordan georgia mali niger cuba sudan congo unknown region world";

const countries = new Intl.DisplayNames("en", { type: "region" });
const A = "A".charCodeAt(0);
const LETTERS = 26;

function countryWords(): string[] {
	const found: string[] = [];
	for (let i = 0; i < LETTERS * LETTERS; i++) {
		const code = String.fromCharCode(A + Math.floor(i / LETTERS), A + (i % LETTERS));
		const name = countries.of(code);
		if (name && name !== code) found.push(...name.toLowerCase().split(/[^\p{L}]+/u));
	}
	return found.filter((word) => word.length > 3);
}

const ordinary = new Set(COMMON_WORDS_IN_NAMES.split(" "));
const places = new Set([...countryWords(), ...CITIES.split(" ")].filter((word) => !ordinary.has(word)));

/** Whether a lower-case word is a part of the name of a country or a large city. */
export const isPlace = (word: string): boolean => places.has(word);
