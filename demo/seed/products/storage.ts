import type { SeedProduct } from "./shape.ts";

export const storage: SeedProduct[] = [
	{
		slug: "ravn-shelf",
		name: "Ravn Shelf",
		category: "Storage",
		description:
			"A ladder of ash with shelves that slide in without screws. Begin with three and add more when the books win.",
		details: {
			Dimensions: "80 cm wide, 32 cm deep; 110 cm (three shelves) or 185 cm (five shelves) high",
			Material: "Solid ash, brass pins",
			"Carries up to": "25 kg a shelf",
			Assembly: "30 minutes, no tools; fix to the wall with the strap included",
			Warranty: "5 years",
		},
		illustration: "shelf",
		variants: [
			{ options: { shelves: "3" }, priceCents: 24900, stock: 13 },
			{ options: { shelves: "5" }, priceCents: 36900, stock: 8 },
		],
	},
	{
		slug: "hilla-willow-basket",
		name: "Hilla Willow Basket",
		category: "Storage",
		description:
			"Woven from unpeeled willow by four people who sign the bottom. It holds firewood, toys or laundry, and a hand fits each handle.",
		details: {
			Dimensions: "Medium: 38 cm across, 32 cm high. Large: 50 cm across, 42 cm high",
			Material: "Willow, untreated; cotton lining in the large one",
			Care: "Brush out; a light spray of water twice a year keeps the willow from cracking",
			Warranty: "1 year",
		},
		illustration: "basket",
		variants: [
			{ options: { size: "Medium" }, priceCents: 4900, stock: 40 },
			{ options: { size: "Large" }, priceCents: 7400, stock: 19 },
		],
	},
	{
		slug: "skov-entry-bench",
		name: "Skov Entry Bench",
		category: "Storage",
		description:
			"Sit down, take off your shoes, and push them underneath. Two slatted levels let wet soles dry.",
		details: {
			Dimensions: "100 cm wide, 36 cm deep, 46 cm high",
			Material: "Solid pine, stained; wool-felt seat pad",
			Holds: "Eight pairs of shoes",
			"Carries up to": "180 kg",
			Assembly: "25 minutes, key included",
			Warranty: "5 years",
		},
		illustration: "bench",
		variants: [
			{ options: { finish: "Pine" }, priceCents: 16900, stock: 14 },
			{ options: { finish: "Evergreen" }, priceCents: 17900, stock: 6 },
		],
	},
];
