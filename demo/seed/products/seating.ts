import type { SeedProduct } from "./shape.ts";

export const seating: SeedProduct[] = [
	{
		slug: "nest-armchair",
		name: "Nest Armchair",
		category: "Seating",
		description:
			"Deep enough to sit in sideways. A curved ash frame holds two loose cushions, and their covers come off and go in the wash.",
		details: {
			Dimensions: "78 cm wide, 82 cm deep, 76 cm high; seat height 41 cm",
			Material: "Solid ash; cover 60 % wool, 40 % recycled polyester; filling cold foam and feathers",
			Care: "Covers: wool wash at 30 °C, dry flat",
			"Carries up to": "130 kg",
			Assembly: "15 minutes, four screws, key included",
			Warranty: "5 years on the frame, 2 years on upholstery",
		},
		illustration: "armchair",
		variants: [
			{ options: { colour: "Oat" }, priceCents: 54900, stock: 7 },
			{ options: { colour: "Terracotta" }, priceCents: 54900, stock: 4 },
			{ options: { colour: "Forest" }, priceCents: 57900, stock: 0 },
		],
	},
	{
		slug: "birke-two-seat-sofa",
		name: "Birke Two-Seat Sofa",
		category: "Seating",
		description:
			"A small sofa that does not look small: low arms, high legs, and a seat just firm enough to get up from. The legs unscrew, so it passes through a 72 cm door.",
		details: {
			Dimensions: "158 cm wide, 86 cm deep, 80 cm high; seat height 43 cm",
			Material: "Birch frame, pocket springs, cotton-linen cover",
			Care: "Removable covers, 30 °C gentle wash, no tumble dryer",
			Weight: "41 kg, in one parcel",
			Assembly: "20 minutes, legs only, no tools",
			Warranty: "5 years on the frame, 2 years on upholstery",
		},
		illustration: "sofa",
		variants: [
			{ options: { colour: "Linen" }, priceCents: 89900, stock: 5 },
			{ options: { colour: "Moss" }, priceCents: 89900, stock: 3 },
			{ options: { colour: "Ink Blue" }, priceCents: 92900, stock: 2 },
		],
	},
	{
		slug: "tove-oak-stool",
		name: "Tove Oak Stool",
		category: "Seating",
		description:
			"Three legs, one seat, no wobble on any floor. A place to sit, a bedside table, or a step to the top shelf.",
		details: {
			Dimensions: "35 cm across, 45 cm high (low) or 65 cm high (counter)",
			Material: "Solid European oak, hard-wax oil",
			"Carries up to": "150 kg",
			Care: "Damp cloth; oil once a year",
			Warranty: "5 years",
		},
		illustration: "stool",
		variants: [
			{ options: { height: "45 cm", finish: "Natural oak" }, priceCents: 9900, stock: 22 },
			{ options: { height: "45 cm", finish: "Smoked oak" }, priceCents: 10900, stock: 11 },
			{ options: { height: "65 cm", finish: "Natural oak" }, priceCents: 12900, stock: 8 },
		],
	},
	{
		slug: "ellis-dining-chair",
		name: "Ellis Dining Chair",
		category: "Seating",
		description:
			"A back rest steamed into one long curve, and a seat woven by hand from paper cord. Light enough to lift with one hand, made for long dinners.",
		details: {
			Dimensions: "52 cm wide, 50 cm deep, 78 cm high; seat height 45 cm",
			Material: "Solid beech, paper-cord seat",
			Weight: "4.2 kg",
			"Carries up to": "120 kg",
			Care: "Dry cloth; a damp one for spills on the cord, at once",
			Warranty: "5 years on the frame, 2 years on the seat",
		},
		illustration: "chair",
		variants: [
			{ options: { colour: "Beech" }, priceCents: 21900, stock: 26 },
			{ options: { colour: "Black" }, priceCents: 22900, stock: 17 },
		],
	},
];
