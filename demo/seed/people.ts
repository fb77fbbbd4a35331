import type { PostalAddress } from "#db/shapes.ts";

/** An invented customer of the demo store. Only invented customers can sign in without a password. */
export type SeedPerson = { id: string; name: string; locale: string; address: PostalAddress };

const createSeedPerson = (id: string, name: string, locale: string, address: PostalAddress): SeedPerson => ({
	id,
	name,
	locale,
	address,
});

export const seedPeople: SeedPerson[] = [
	createSeedPerson("noor_haddad", "Noor Haddad", "en", {
		address1: "418 Juniper Street",
		address2: "Apt 3",
		city: "Dearborn",
		state: "MI",
		zip: "48126",
		country: "USA",
	}),
	createSeedPerson("mateo_fuentes", "Mateo Fuentes", "es", {
		address1: "77 Calle Mirasol",
		city: "San Antonio",
		state: "TX",
		zip: "78204",
		country: "USA",
	}),
	createSeedPerson("ingrid_solberg", "Ingrid Solberg", "nb", {
		address1: "Bakkegata 14",
		city: "Bergen",
		zip: "5004",
		country: "Norway",
	}),
	createSeedPerson("theo_lindqvist", "Theo Lindqvist", "sv", {
		address1: "Lövgatan 9",
		city: "Uppsala",
		zip: "753 21",
		country: "Sweden",
	}),
	createSeedPerson("amelie_rousset", "Amélie Rousset", "fr", {
		address1: "23 rue des Tanneurs",
		city: "Nantes",
		zip: "44000",
		country: "France",
	}),
	createSeedPerson("jonas_weidner", "Jonas Weidner", "de", {
		address1: "Gärtnerstraße 31",
		city: "Leipzig",
		zip: "04229",
		country: "Germany",
	}),
	createSeedPerson("priya_raman", "Priya Raman", "en", {
		address1: "1602 Orchard Avenue",
		city: "Edison",
		state: "NJ",
		zip: "08817",
		country: "USA",
	}),
	createSeedPerson("kwame_asante", "Kwame Asante", "en-GB", {
		address1: "5 Lantern Mews",
		city: "Leeds",
		zip: "LS6 2AB",
		country: "United Kingdom",
	}),
	createSeedPerson("lucia_bianchi", "Lucia Bianchi", "it", {
		address1: "Via del Forno 8",
		city: "Bologna",
		zip: "40126",
		country: "Italy",
	}),
	createSeedPerson("hana_sakamoto", "Hana Sakamoto", "ja", {
		address1: "2290 Maple Terrace",
		address2: "Unit 7",
		city: "Torrance",
		state: "CA",
		zip: "90501",
		country: "USA",
	}),
	createSeedPerson("oskar_zielinski", "Oskar Zieliński", "pl", {
		address1: "ul. Lipowa 17",
		city: "Poznań",
		zip: "60-101",
		country: "Poland",
	}),
	createSeedPerson("beatriz_moura", "Beatriz Moura", "pt-BR", {
		address1: "930 Shoreline Drive",
		city: "Framingham",
		state: "MA",
		zip: "01702",
		country: "USA",
	}),
	createSeedPerson("yusuf_demir", "Yusuf Demir", "tr", {
		address1: "Weberplatz 4",
		city: "Stuttgart",
		zip: "70182",
		country: "Germany",
	}),
	createSeedPerson("salma_benali", "Salma Benali", "ar", {
		address1: "51 avenue Caron",
		city: "Montréal",
		state: "QC",
		zip: "H2T 1S6",
		country: "Canada",
	}),
	createSeedPerson("daan_visser", "Daan Visser", "nl", {
		address1: "Molenkade 62",
		city: "Utrecht",
		zip: "3515 AB",
		country: "Netherlands",
	}),
	createSeedPerson("minji_park", "Min-ji Park", "ko", {
		address1: "3377 Alder Court",
		city: "Bellevue",
		state: "WA",
		zip: "98004",
		country: "USA",
	}),
	createSeedPerson("clara_whitlock", "Clara Whitlock", "en", {
		address1: "12 Ferry Road",
		city: "Bath",
		state: "ME",
		zip: "04530",
		country: "USA",
	}),
	createSeedPerson("dmytro_kovalenko", "Dmytro Kovalenko", "uk", {
		address1: "845 Prairie Lane",
		city: "Chicago",
		state: "IL",
		zip: "60622",
		country: "USA",
	}),
	createSeedPerson("lihua_chen", "Li-hua Chen", "zh", {
		address1: "604 Garnet Street",
		city: "Richmond",
		state: "BC",
		zip: "V6X 1Z9",
		country: "Canada",
	}),
	createSeedPerson("ruth_okafor", "Ruth Okafor", "en", {
		address1: "2108 Peachtree Hollow",
		city: "Decatur",
		state: "GA",
		zip: "30030",
		country: "USA",
	}),
];
