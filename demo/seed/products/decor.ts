import type { SeedProduct } from "./shape.ts";

export const decor: SeedProduct[] = [
	{
		slug: "pebble-vase",
		name: "Pebble Vase",
		category: "Decor",
		description:
			"Round like something the sea has turned over for a while. The narrow neck holds three stems upright without any trick.",
		details: {
			Dimensions: "Small: 12 cm high. Large: 24 cm high; opening 3.5 cm",
			Material: "Unglazed stoneware outside, glazed inside, watertight",
			Care: "Rinse by hand; a bottle brush reaches the bottom",
			Warranty: "1 year",
		},
		illustration: "vase",
		variants: [
			{ options: { size: "Small", colour: "Sand" }, priceCents: 2900, stock: 39 },
			{ options: { size: "Large", colour: "Sand" }, priceCents: 4900, stock: 18 },
			{ options: { size: "Large", colour: "Terracotta" }, priceCents: 4900, stock: 10 },
		],
	},
	{
		slug: "moon-wall-mirror",
		name: "Moon Wall Mirror",
		category: "Decor",
		description:
			"A round mirror in a thin oak ring. It doubles the light of a hallway and hangs from a single hook, which is in the box.",
		details: {
			Dimensions: "60 or 90 cm across, 3 cm deep",
			Material: "Solid oak, 4 mm mirror glass with safety film",
			Weight: "6 kg (60 cm) or 12 kg (90 cm)",
			Care: "Glass cleaner on the cloth, never on the frame",
			Warranty: "2 years",
		},
		illustration: "mirror",
		variants: [
			{ options: { size: "60 cm" }, priceCents: 13900, stock: 16 },
			{ options: { size: "90 cm" }, priceCents: 21900, stock: 0 },
		],
	},
	{
		slug: "fern-plant-pot",
		name: "Fern Plant Pot",
		category: "Decor",
		description:
			"A tapered pot on three small feet, with a drain hole and a saucer that was made for it. The plant is yours to choose.",
		details: {
			Dimensions: "18, 24 or 30 cm across the top",
			Material: "Terracotta, frost-proof to −10 °C",
			Includes: "Saucer and felt pads",
			Care: "Brush off; white lime marks go with vinegar and water",
			Warranty: "1 year",
		},
		illustration: "planter",
		variants: [
			{ options: { size: "18 cm" }, priceCents: 2400, stock: 52 },
			{ options: { size: "24 cm" }, priceCents: 3600, stock: 30 },
			{ options: { size: "30 cm" }, priceCents: 5200, stock: 13 },
		],
	},
];
