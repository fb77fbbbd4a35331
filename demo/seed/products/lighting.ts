import type { SeedProduct } from "./shape.ts";

export const lighting: SeedProduct[] = [
	{
		slug: "halden-table-lamp",
		name: "Halden Table Lamp",
		category: "Lighting",
		description:
			"A turned ash base under a pleated linen shade. The light is warm enough to read by and soft enough to leave on while you talk.",
		details: {
			Dimensions: "28 cm across, 46 cm high; cable 180 cm",
			Material: "Solid ash, linen shade on a steel frame",
			"Light source": "E26 bulb up to 40 W or LED up to 8 W, not included",
			Care: "Dust the shade with a soft brush; wipe the base with a dry cloth",
			Warranty: "2 years",
		},
		illustration: "table-lamp",
		variants: [
			{ options: { colour: "Natural" }, priceCents: 8900, stock: 34 },
			{ options: { colour: "Clay" }, priceCents: 8900, stock: 12 },
			{ options: { colour: "Evergreen" }, priceCents: 9400, stock: 0 },
		],
	},
	{
		slug: "orrin-floor-lamp",
		name: "Orrin Floor Lamp",
		category: "Lighting",
		description:
			"A slim arc that reaches over the back of a chair, with a dimmer you turn with one finger. The round foot is weighted, so it stays where you put it.",
		details: {
			Dimensions: "165 cm high, reach 70 cm, foot 30 cm across",
			Material: "Powder-coated steel, cast-iron foot",
			"Light source": "Built-in LED, 900 lumens, 2700 K, dimmable",
			Weight: "9.5 kg",
			Assembly: "10 minutes, tool included",
			Warranty: "2 years",
		},
		illustration: "floor-lamp",
		variants: [
			{ options: { colour: "Black" }, priceCents: 18900, stock: 9 },
			{ options: { colour: "Sand" }, priceCents: 18900, stock: 15 },
		],
	},
	{
		slug: "lume-paper-pendant",
		name: "Lume Paper Pendant",
		category: "Lighting",
		description:
			"Rice paper over a bamboo spiral: it arrives flat and opens into a moon. It hangs over a table as well as in a stairwell.",
		details: {
			Material: "Mulberry paper, bamboo, steel wire",
			Cable: "150 cm textile cable with ceiling cup included",
			"Light source": "E26 LED up to 10 W, not included",
			Care: "Dust with a dry, soft brush only; paper does not like water",
			Warranty: "2 years",
		},
		illustration: "pendant-lamp",
		variants: [
			{ options: { size: "45 cm" }, priceCents: 3900, stock: 61 },
			{ options: { size: "60 cm" }, priceCents: 5400, stock: 28 },
			{ options: { size: "80 cm" }, priceCents: 7900, stock: 0 },
		],
	},
];
