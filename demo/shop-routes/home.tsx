import { data, type LoaderFunctionArgs, type MetaFunction } from "@remix-run/node";
import { Link, useLoaderData } from "@remix-run/react";
import { ArrowRight } from "lucide-react";
import { getCustomerIdentity } from "#app/auth/customer.server.ts";
import { formatDay } from "#app/components/time/format-day.ts";
import { ButtonLink, EmptyState } from "#app/components/ui/index.ts";
import { readerLocale } from "#app/http/reader-locale.server.ts";
import { describeItems, listOrders } from "#app/models/order/order.server.ts";
import { formatMoney } from "#app/models/product/money.ts";
import { countProducts, listProducts } from "#app/models/product/product.server.ts";
import { Illustration } from "#demo/illustrations/index.tsx";
import { OrderList } from "./order-list.tsx";
import { PageLinks } from "./pages.tsx";
import { ProductTile } from "./product-tile.tsx";

const PRODUCTS_PER_PAGE = 24;
const MAX_RECENT_ORDERS = 5;

export const meta: MetaFunction = () => [
	{ title: "Mevi Living: things for rooms that are lived in" },
	{ name: "description", content: "Furniture, light and linen, made to be used every day and to last." },
];

export async function loader({ request }: LoaderFunctionArgs) {
	const locale = readerLocale(request);
	const [products, orders] = await Promise.all([
		loadProductList(request, locale),
		loadRecentOrders(request, locale),
	]);
	return { ...products, orders };
}

async function loadProductList(request: Request, locale: string) {
	const pageCount = Math.max(1, Math.ceil((await countProducts()) / PRODUCTS_PER_PAGE));
	const page = Number(new URL(request.url).searchParams.get("page") ?? 1);
	if (!Number.isInteger(page) || page < 1 || page > pageCount) {
		throw data({ detail: "The shop has fewer pages than that." }, { status: 404 });
	}
	const cards = await listProducts({ offset: (page - 1) * PRODUCTS_PER_PAGE, limit: PRODUCTS_PER_PAGE });
	const products = cards.map(({ fromCents, ...card }) => ({
		...card,
		price: fromCents === null ? null : formatMoney(fromCents, locale),
	}));
	return { products, page, pageCount };
}

/** The newest orders of the signed-in customer, with texts for the page; null for a guest. */
async function loadRecentOrders(request: Request, locale: string) {
	const { customerId } = await getCustomerIdentity(request);
	if (!customerId) return null;
	const orders = await listOrders({ customerId, limit: MAX_RECENT_ORDERS });
	return orders.map((order) => ({
		number: order.number,
		status: order.status,
		items: describeItems(order.items),
		total: formatMoney(order.totalCents, locale),
		placedOn: order.placedAt ? formatDay(order.placedAt, locale) : null,
	}));
}

export default function Home() {
	const { products, page, pageCount, orders } = useLoaderData<typeof loader>();
	return (
		<>
			{page === 1 && orders ? <OrderList orders={orders} /> : null}
			{page === 1 ? <Welcome /> : null}
			<section aria-labelledby="shelf">
				<h2 id="shelf" className="mb-5 font-semibold text-xl">
					{page === 1 ? "For every room" : `For every room, page ${page}`}
				</h2>
				{products.length > 0 ? (
					<ul className="grid grid-cols-2 gap-x-4 gap-y-8 md:grid-cols-3 md:gap-x-6 md:gap-y-10 lg:grid-cols-4">
						{products.map((product) => (
							<ProductTile key={product.id} product={product} />
						))}
					</ul>
				) : (
					<EmptyState title="The shelves are empty" action={<ButtonLink to="/chat">Chat with us</ButtonLink>}>
						Products will be here as soon as the store adds some. Until then, ask us anything.
					</EmptyState>
				)}
				<PageLinks page={page} pageCount={pageCount} />
			</section>
			<p className="mt-16 border-line border-t pt-6 text-ink-soft">
				Delivery, returns, care and the rest:{" "}
				<Link to="/help" className="font-medium text-accent underline underline-offset-4">
					read the help pages
				</Link>
				.
			</p>
		</>
	);
}

function Welcome() {
	return (
		<section className="mb-14 grid items-center gap-8 md:grid-cols-2 md:gap-12">
			<div>
				<h1 className="max-w-md font-semibold text-2xl">Things for rooms that are lived in</h1>
				<p className="mt-4 max-w-md text-ink-soft text-lg">
					Furniture, light and linen, made to be used every day and to last. If you wonder whether it fits,
					washes or comes in green, ask us. We are here at any hour.
				</p>
				<div className="mt-6 flex flex-wrap gap-3">
					<ButtonLink to="/chat">
						Ask us anything
						<ArrowRight size={20} aria-hidden="true" className="rtl:rotate-180" />
					</ButtonLink>
					<ButtonLink to="/help" variant="secondary">
						Read the help pages
					</ButtonLink>
				</div>
			</div>
			<Illustration name="sofa" className="aspect-[4/3] rounded-card" />
		</section>
	);
}
