import { Link } from "@remix-run/react";
import { Illustration } from "#demo/illustrations/index.tsx";

type ProductSummary = {
	slug: string;
	name: string;
	category: string | null;
	illustration: string | null;
	price: string | null;
	hasPriceRange: boolean;
	isAvailable: boolean;
};

/** A product in a list; the whole tile is the link. */
export function ProductTile({ product }: { product: ProductSummary }) {
	return (
		<li>
			<Link to={`/products/${product.slug}`} prefetch="intent" className="group block rounded-card">
				<div className="overflow-hidden rounded-card">
					<Illustration
						name={product.illustration}
						className="aspect-[4/3] transition-transform group-hover:scale-[1.02]"
					/>
				</div>
				<div className="mt-3">
					<p className="font-medium underline-offset-4 group-hover:underline">{product.name}</p>
					<p className="text-ink-soft tabular-nums">
						{product.isAvailable ? <ProductPrice product={product} /> : "Out of stock"}
					</p>
				</div>
			</Link>
		</li>
	);
}

function ProductPrice({ product }: { product: ProductSummary }) {
	if (product.price === null) return "Price on request";
	return product.hasPriceRange ? `from ${product.price}` : product.price;
}
