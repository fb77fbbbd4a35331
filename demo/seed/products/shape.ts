type SeedVariant = {
	/** The options that distinguish it from the other variants, in the order shown: `{ colour: "Clay" }`. */
	options: Record<string, string>;
	priceCents: number;
	stock: number;
};

export type SeedProduct = {
	slug: string;
	name: string;
	category: string;
	description: string;
	details: Record<string, string>;
	/** A key of the illustrations in demo/illustrations. */
	illustration: string;
	variants: SeedVariant[];
};
