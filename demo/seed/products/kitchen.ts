import type { SeedProduct } from "./shape.ts";

export const kitchen: SeedProduct[] = [
	{
		slug: "kiln-stoneware-mugs",
		name: "Kiln Stoneware Mugs",
		category: "Kitchen and table",
		description:
			"Four mugs, glazed by hand, so no two run quite the same. The handle has room for three fingers.",
		details: {
			Includes: "Four mugs, 320 ml each",
			Dimensions: "8.5 cm across, 9.5 cm high",
			Material: "Stoneware, lead-free glaze",
			Care: "Dishwasher and microwave safe",
			Warranty: "1 year",
		},
		illustration: "mugs",
		variants: [
			{ options: { colour: "Speckled white" }, priceCents: 4800, stock: 44 },
			{ options: { colour: "Clay" }, priceCents: 4800, stock: 27 },
			{ options: { colour: "Evergreen" }, priceCents: 4800, stock: 3 },
		],
	},
	{
		slug: "rill-glass-carafe",
		name: "Rill Glass Carafe",
		category: "Kitchen and table",
		description:
			"Mouth-blown glass with a waist for the hand and a cork that floats if you drop it. One litre, for water or a table's worth of wine.",
		details: {
			Dimensions: "10 cm across, 27 cm high; 1 litre",
			Material: "Borosilicate glass, natural cork",
			Care: "Dishwasher safe; wash the cork by hand",
			Warranty: "1 year",
		},
		illustration: "carafe",
		variants: [
			{ options: { set: "Carafe" }, priceCents: 3400, stock: 36 },
			{ options: { set: "Carafe with four glasses" }, priceCents: 5900, stock: 15 },
		],
	},
	{
		slug: "ember-cast-iron-pot",
		name: "Ember Cast-Iron Pot",
		category: "Kitchen and table",
		description:
			"Enamelled cast iron that goes from the stove to the oven to the middle of the table. The knots under the lid let the steam rain back down.",
		details: {
			Dimensions: "Small: 22 cm across, 3.3 litres. Large: 26 cm across, 5.2 litres",
			Material: "Cast iron, enamel inside and out; steel knob",
			Heat: "Every hob including induction; oven up to 250 °C",
			Care: "Let it cool, then wash by hand with a soft sponge",
			Warranty: "10 years",
		},
		illustration: "pot",
		variants: [
			{ options: { size: "3.3 litres", colour: "Brick" }, priceCents: 12900, stock: 12 },
			{ options: { size: "5.2 litres", colour: "Brick" }, priceCents: 16900, stock: 7 },
			{ options: { size: "5.2 litres", colour: "Evergreen" }, priceCents: 16900, stock: 0 },
		],
	},
];
