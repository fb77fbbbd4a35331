import { data, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { ArrowLeft, MessageCircle } from "lucide-react";
import { ButtonLink } from "#app/components/ui/index.ts";
import { readerLocale } from "#app/http/reader-locale.server.ts";
import { formatMoney } from "#app/models/product/money.ts";
import { getProduct } from "#app/models/product/product.server.ts";
import { Illustration } from "#demo/illustrations/index.tsx";
import { VariantTable } from "./variant-table.tsx";

export const meta: MetaFunction<typeof loader> = ({ data: loaded }) =>
	loaded
		? [
				{ title: `${loaded.product.name} · Mevi Living` },
				{ name: "description", content: loaded.product.description },
			]
		: [{ title: "No such product · Mevi Living" }];

export async function loader({ request, params }: LoaderFunctionArgs) {
	const found = await getProduct(params.slug ?? "");
	if (!found) {
		throw data({ detail: "We have no product at this address. It may have left the shop." }, { status: 404 });
	}
	const locale = readerLocale(request);
	const { variants, ...product } = found;
	return {
		product,
		price: formatPriceRange(
			variants.map((variant) => variant.priceCents),
			locale,
		),
		variants: variants.map(({ priceCents, ...variant }) => ({
			...variant,
			price: formatMoney(priceCents, locale),
		})),
	};
}

function formatPriceRange(cents: number[], locale: string): string {
	if (cents.length === 0) return "Price on request";
	const lowest = formatMoney(Math.min(...cents), locale);
	return Math.max(...cents) > Math.min(...cents) ? `from ${lowest}` : lowest;
}

export default function ProductPage() {
	const { product, price, variants } = useLoaderData<typeof loader>();
	const details = Object.entries(product.details);
	return (
		<article>
			<Link
				to="/"
				className="mb-4 inline-flex min-h-11 items-center gap-2 text-ink-soft underline-offset-4 hover:text-ink hover:underline"
			>
				<ArrowLeft size={20} aria-hidden="true" className="rtl:rotate-180" />
				All products
			</Link>
			<div className="grid items-start gap-8 md:grid-cols-2 md:gap-12">
				<Illustration name={product.illustration} className="aspect-[4/3] rounded-card md:sticky md:top-8" />
				<div>
					{product.category ? <p className="text-ink-soft text-sm">{product.category}</p> : null}
					<h1 className="mt-1 font-semibold text-2xl">{product.name}</h1>
					<p className="mt-2 text-xl tabular-nums">{price}</p>
					{product.description ? (
						<p className="mt-4 max-w-measure text-lg text-ink-soft">{product.description}</p>
					) : null}
					<div className="mt-6">
						<ButtonLink to="/chat">
							<MessageCircle size={20} aria-hidden="true" />
							Ask about this
						</ButtonLink>
					</div>
					<VariantTable variants={variants} />
					{details.length > 0 ? (
						<section aria-labelledby="details" className="mt-10">
							<h2 id="details" className="mb-2 font-semibold text-lg">
								Details
							</h2>
							<dl>
								{details.map(([name, value]) => (
									<div
										key={name}
										className="grid gap-x-6 border-line border-t py-2.5 sm:grid-cols-[10rem_1fr]"
									>
										<dt className="text-ink-soft">{name}</dt>
										<dd>{value}</dd>
									</div>
								))}
							</dl>
						</section>
					) : null}
				</div>
			</div>
		</article>
	);
}
