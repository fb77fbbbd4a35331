import { memo } from "react";
import { Avatar, Badge } from "#app/components/ui/index.ts";
import type { ActionEntry } from "#app/models/assistant-action/present.ts";
import { formatMoney } from "#app/models/product/money.ts";
import type { Session } from "#app/realtime/events.ts";
import { languageName, topicName } from "../labels.ts";
import { AssistantActivity } from "./assistant-activity.tsx";
import { BlockSender } from "./block-sender.tsx";

type PanelOrder = {
	number: string;
	status: string;
	totalCents: number;
	/** The days on which the order was placed and is expected, as text. */
	placedOn: string | null;
	expectedOn: string | null;
	items: string[];
	/** The requests about this order that the customer made in the chat, such as a return; `madeOn` is a day as text. */
	requests: { id: string; kind: string; state: string; reason: string | null; madeOn: string }[];
};

/**
 * The customer panel on the agent's page: what the customer wants, and their orders. On a narrow screen the panel
 * covers the conversation while the URL says that it is open, which works without scripts.
 */
export const CustomerPanel = memo(function CustomerPanel({
	session,
	customer,
	verifiedEmail,
	orders,
	actions,
	block,
	onSubmit,
}: {
	session: Session;
	customer: { id: string; name: string; email: string | null } | null;
	/** The email address that an anonymous customer has proved by an emailed code; otherwise null. */
	verifiedEmail: string | null;
	orders: PanelOrder[];
	actions: ActionEntry[];
	block: Parameters<typeof BlockSender>[0]["block"];
	/** Posts a form of the customer panel. @returns whether the server accepted the form. */
	onSubmit: (fields: Record<string, string>) => Promise<boolean>;
}) {
	return (
		<aside
			id="customer"
			aria-label="Customer"
			// biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
			tabIndex={0}
			className="min-h-0 overflow-y-auto border-line bg-surface px-4 py-4 max-lg:fixed max-lg:inset-0 max-lg:z-20 max-lg:not-target:hidden lg:border-s"
		>
			<a
				href="#conversation"
				className="mb-2 inline-flex min-h-11 items-center font-medium text-accent lg:hidden"
			>
				Back to the conversation
			</a>
			<div className="flex items-center gap-3">
				<Avatar name={customer?.name ?? "Visitor"} />
				<div className="min-w-0">
					<h2 className="font-semibold text-lg">{customer?.name ?? "Visitor"}</h2>
					<p className="wrap-anywhere text-ink-soft text-sm">
						{customer ? (customer.email ?? customer.id) : visitorText(verifiedEmail)}
					</p>
				</div>
			</div>
			<dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
				<dt className="text-ink-soft">Topic</dt>
				<dd>{session.intent ? topicName(session.intent) : "Not known yet"}</dd>
				<dt className="text-ink-soft">Language</dt>
				<dd>{languageName(session.language)}</dd>
				<dt className="text-ink-soft">Priority</dt>
				<dd className="capitalize">{session.priority}</dd>
				{session.contactEmail ? (
					<>
						<dt className="text-ink-soft">Write to</dt>
						<dd className="wrap-anywhere">
							<a href={`mailto:${session.contactEmail}`} className="text-accent underline underline-offset-2">
								{session.contactEmail}
							</a>
						</dd>
					</>
				) : null}
			</dl>
			<AssistantActivity entries={actions} />
			{customer || verifiedEmail ? (
				<section className="mt-6">
					<h3 className="font-medium">Orders</h3>
					{orders.length === 0 ? <p className="mt-1 text-ink-soft">No orders yet.</p> : null}
					<ul className="mt-2 flex flex-col gap-3">
						{orders.map((order) => (
							<li key={order.number} className="border-line border-b pb-3 last:border-b-0">
								<p className="flex items-baseline justify-between gap-2">
									<span className="font-medium tabular-nums">#{order.number}</span>
									<span className="tabular-nums">{formatMoney(order.totalCents)}</span>
								</p>
								<p className="mt-0.5 flex flex-wrap items-center gap-2 text-ink-soft text-sm">
									<Badge>{order.status.replaceAll("_", " ")}</Badge>
									{order.placedOn ? <span>{order.placedOn}</span> : null}
									{order.expectedOn && isUnderWay(order) ? <span>expected {order.expectedOn}</span> : null}
								</p>
								<p className="mt-1 text-ink-soft text-sm">{order.items.join(", ")}</p>
								{order.requests.map((request) => (
									<p key={request.id} className="wrap-anywhere mt-1 text-sm">
										{request.kind === "return" ? "Return requested" : "Cancelled by the customer"} on{" "}
										{request.madeOn}
										{request.state === "open" ? "; not processed yet" : ""}
										{request.reason ? `: “${request.reason}”` : ""}
									</p>
								))}
							</li>
						))}
					</ul>
				</section>
			) : null}
			<BlockSender block={block} onSubmit={onSubmit} />
		</aside>
	);
});

const visitorText = (verifiedEmail: string | null): string =>
	verifiedEmail ? `Confirmed by an emailed code: ${verifiedEmail}` : "Not signed in: orders unknown.";

const isUnderWay = ({ status }: PanelOrder) =>
	status === "pending" || status === "processed" || status === "shipped";
