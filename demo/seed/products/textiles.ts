import type { SeedProduct } from "./shape.ts";

export const textiles: SeedProduct[] = [
	{
		slug: "morrow-linen-bedding",
		name: "Morrow Linen Bedding",
		category: "Textiles",
		description:
			"Stone-washed European linen that is soft on the first night and softer by the tenth. A duvet cover and two pillowcases, closed with coconut buttons.",
		details: {
			Includes: "One duvet cover, two pillowcases 50 × 75 cm",
			Sizes: "Queen 225 × 235 cm, King 270 × 235 cm",
			Material: "100 % linen, 165 g/m², OEKO-TEX Standard 100",
			Care: "Wash at 40 °C, tumble dry low, no need to iron",
			Warranty: "1 year",
		},
		illustration: "bedding",
		variants: [
			{ options: { size: "Queen", colour: "Oat" }, priceCents: 18900, stock: 25 },
			{ options: { size: "King", colour: "Oat" }, priceCents: 21900, stock: 16 },
			{ options: { size: "Queen", colour: "Sage" }, priceCents: 18900, stock: 9 },
			{ options: { size: "King", colour: "Sage" }, priceCents: 21900, stock: 0 },
		],
	},
	{
		slug: "fjell-wool-throw",
		name: "Fjell Wool Throw",
		category: "Textiles",
		description:
			"Lambswool woven in a herringbone with a short fringe. Heavy enough to hold you in the chair, light enough for a summer evening outside.",
		details: {
			Dimensions: "130 × 180 cm with fringe",
			Material: "100 % lambswool, 420 g/m²",
			Care: "Air it out; wool wash by hand at 30 °C when it must be",
			Warranty: "1 year",
		},
		illustration: "throw",
		variants: [
			{ options: { colour: "Rust" }, priceCents: 9900, stock: 20 },
			{ options: { colour: "Grey" }, priceCents: 9900, stock: 33 },
		],
	},
	{
		slug: "sol-cushion-cover",
		name: "Sol Cushion Cover",
		category: "Textiles",
		description:
			"A half sun stitched in thick cotton thread on washed canvas. The zip hides in the seam, and the inner cushion is sold with it or without.",
		details: {
			Dimensions: "50 × 50 cm",
			Material: "Cotton canvas and cotton thread; inner cushion feather or recycled fibre",
			Care: "Wash the cover inside out at 30 °C",
			Warranty: "1 year",
		},
		illustration: "cushion",
		variants: [
			{ options: { filling: "Cover only" }, priceCents: 3200, stock: 58 },
			{ options: { filling: "With feather inner" }, priceCents: 5200, stock: 24 },
			{ options: { filling: "With recycled-fibre inner" }, priceCents: 4600, stock: 0 },
		],
	},
	{
		slug: "drift-wool-rug",
		name: "Drift Wool Rug",
		category: "Textiles",
		description:
			"Flat-woven wool in slow stripes, the same on both sides, so it lasts twice as long. It lies flat from the first day.",
		details: {
			Material: "80 % wool, 20 % cotton; 7 mm thick",
			Care: "Vacuum without the beater; blot spills with cold water; professional cleaning every two years",
			"Good to know": "An anti-slip mat comes with every rug; use it on smooth floors",
			Warranty: "1 year",
		},
		illustration: "rug",
		variants: [
			{ options: { size: "80 × 150 cm" }, priceCents: 14900, stock: 17 },
			{ options: { size: "140 × 200 cm" }, priceCents: 29900, stock: 11 },
			{ options: { size: "200 × 300 cm" }, priceCents: 54900, stock: 5 },
		],
	},
	{
		slug: "haze-linen-curtain",
		name: "Haze Linen Curtain",
		category: "Textiles",
		description:
			"Sheer linen that lets the morning in and keeps the neighbours out. Sold as a pair, with a band that takes a rod or hooks.",
		details: {
			Dimensions: "Each panel 140 cm wide; 230 or 280 cm long; other lengths made to measure",
			Material: "100 % linen, 110 g/m²",
			Care: "Wash at 30 °C, hang while damp; shrinks up to 3 %",
			"Good to know": "Panels made to measure cannot be returned",
			Warranty: "1 year",
		},
		illustration: "curtain",
		variants: [
			{ options: { length: "230 cm" }, priceCents: 11900, stock: 21 },
			{ options: { length: "280 cm" }, priceCents: 13900, stock: 14 },
		],
	},
];
