import { Link } from "@remix-run/react";
import { Badge, ButtonLink, EmptyState } from "#app/components/ui/index.ts";

export type OrderSummary = {
	number: string;
	status: string;
	items: string;
	total: string;
	placedOn: string | null;
};

/** The newest orders of the signed-in customer. */
export function OrderList({ orders }: { orders: OrderSummary[] }) {
	return (
		<section aria-labelledby="orders" className="mb-14">
			<div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
				<h2 id="orders" className="scroll-mt-4 font-semibold text-xl">
					Your orders
				</h2>
				{orders.length > 0 ? (
					<Link
						to="/chat"
						className="inline-flex min-h-11 items-center font-medium text-accent underline-offset-4 hover:underline"
					>
						Ask about an order
					</Link>
				) : null}
			</div>
			{orders.length > 0 ? (
				<ul className="border-line border-t tabular-nums">
					{orders.map((order) => (
						<li
							key={order.number}
							className="grid grid-cols-[1fr_auto] items-center gap-x-6 gap-y-1 border-line border-b py-3 md:grid-cols-[6rem_9rem_1fr_8rem_6rem]"
						>
							<span className="font-medium">{order.number}</span>
							<span className="max-md:justify-self-end">
								<Badge tone={isInProgress(order.status) ? "accent" : "neutral"}>
									{formatOrderStatus(order.status)}
								</Badge>
							</span>
							<span className="text-ink-soft max-md:col-span-2">{order.items}</span>
							<span className="text-ink-soft">{order.placedOn}</span>
							<span className="justify-self-end">{order.total}</span>
						</li>
					))}
				</ul>
			) : (
				<EmptyState title="No orders yet" action={<ButtonLink to="/chat">Ask us anything</ButtonLink>}>
					What you order will be listed here, with where it is and when it arrives.
				</EmptyState>
			)}
		</section>
	);
}

/** The text for an order's status: "return_requested" becomes "Return requested". */
function formatOrderStatus(status: string): string {
	const words = status.replaceAll("_", " ");
	return words.charAt(0).toUpperCase() + words.slice(1);
}

function isInProgress(status: string): boolean {
	return ["pending", "processed", "shipped"].includes(status);
}
