import type { SeedProduct } from "./shape.ts";

export const tables: SeedProduct[] = [
	{
		slug: "askel-dining-table",
		name: "Askel Dining Table",
		category: "Tables",
		description:
			"Solid oak with rounded corners that are kind to hips and small heads. The longer one seats eight without anybody getting a leg.",
		details: {
			Dimensions: "90 cm wide, 74 cm high; 160 or 220 cm long; top 3 cm thick",
			Material: "Solid oak from FSC-certified forests, matt oil",
			Weight: "48 kg (160 cm) or 63 kg (220 cm), in two parcels",
			Care: "Wipe with a damp cloth, dry at once; oil every six months",
			Assembly: "40 minutes for two people",
			Warranty: "5 years",
		},
		illustration: "dining-table",
		variants: [
			{ options: { size: "160 cm" }, priceCents: 79900, stock: 6 },
			{ options: { size: "220 cm" }, priceCents: 99900, stock: 2 },
		],
	},
	{
		slug: "dot-side-table",
		name: "Dot Side Table",
		category: "Tables",
		description:
			"A tray that lifts off and carries breakfast, on a stand that folds flat behind a door when it is not needed.",
		details: {
			Dimensions: "42 cm across, 50 cm high; folded 6 cm thick",
			Material: "Powder-coated steel",
			Weight: "3.1 kg",
			Care: "Damp cloth; not for use outdoors",
			Warranty: "5 years",
		},
		illustration: "side-table",
		variants: [
			{ options: { colour: "Clay" }, priceCents: 7900, stock: 18 },
			{ options: { colour: "Sage" }, priceCents: 7900, stock: 31 },
			{ options: { colour: "Chalk" }, priceCents: 7900, stock: 0 },
		],
	},
	{
		slug: "linnea-desk",
		name: "Linnea Desk",
		category: "Tables",
		description:
			"One wide drawer, a slot at the back for cables, and nothing else. It closes the working day by looking like furniture.",
		details: {
			Dimensions: "120 cm wide, 60 cm deep, 74 cm high; drawer 50 × 35 × 6 cm",
			Material: "Oak veneer on birch plywood, solid oak legs",
			Weight: "29 kg",
			Care: "Damp cloth; use a coaster under hot cups",
			Assembly: "35 minutes, screwdriver needed",
			Warranty: "5 years",
		},
		illustration: "desk",
		variants: [
			{ options: { finish: "Oak" }, priceCents: 42900, stock: 10 },
			{ options: { finish: "White oiled oak" }, priceCents: 42900, stock: 4 },
		],
	},
];
