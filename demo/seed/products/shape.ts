type SeedVariant = {
	/**
	 * The options that distinguish this variant from the product's other variants, in the order shown: `{ colour: "Clay"
	 * }`.
	 */
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
	/** The key of the product's illustration in demo/illustrations. */
	illustration: string;
	variants: SeedVariant[];
};
