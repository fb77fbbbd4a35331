export type VariantRow = {
	id: string;
	options: Record<string, string>;
	price: string;
	available: boolean;
	stock: number | null;
};

/** Maximum number of pieces in stock for which the shop shows the exact number. */
const MAX_LOW_STOCK_PIECES = 5;

/** The table of a product's variants, one variant in a row: options, price and availability. */
export function VariantTable({ variants }: { variants: VariantRow[] }) {
	if (variants.length === 0) return null;
	const optionNames = [...new Set(variants.flatMap((variant) => Object.keys(variant.options)))];
	return (
		<section aria-labelledby="variants" className="mt-10">
			<h2 id="variants" className="mb-2 font-semibold text-lg">
				Choices
			</h2>
			<table className="w-full tabular-nums">
				<thead>
					<tr className="text-ink-soft text-sm">
						{optionNames.map((name) => (
							<th key={name} scope="col" className="pe-4 pb-2 text-start font-medium first-letter:uppercase">
								{name}
							</th>
						))}
						<th scope="col" className="pe-4 pb-2 text-start font-medium">
							In stock
						</th>
						<th scope="col" className="pb-2 text-end font-medium">
							Price
						</th>
					</tr>
				</thead>
				<tbody>
					{variants.map((variant) => (
						<tr key={variant.id} className="border-line border-t align-top">
							{optionNames.map((name) => (
								<td key={name} className="py-2.5 pe-4">
									{variant.options[name] ?? ""}
								</td>
							))}
							<td className="py-2.5 pe-4">
								<VariantStock variant={variant} />
							</td>
							<td className="py-2.5 text-end">{variant.price}</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}

function VariantStock({ variant }: { variant: VariantRow }) {
	const { available, stock } = variant;
	if (!available || stock === 0) return <span className="text-ink-soft">Out of stock</span>;
	if (stock === null) return "Yes";
	return stock <= MAX_LOW_STOCK_PIECES ? <span className="text-attention">Few left: {stock}</span> : stock;
}
