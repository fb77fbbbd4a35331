import { and, eq } from "drizzle-orm";
import { postalAddress } from "#app/models/customer/postal-address.ts";
import { Invalid } from "#app/models/errors.ts";
import {
	customersOfOwner,
	type Order,
	type OrderOwner,
	ordersOfOwner,
} from "#app/models/order/order.server.ts";
import { addressChangeRefusal, cancelRefusal, returnRefusal } from "#app/models/order/rules.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import type { Transaction } from "#db/client.server.ts";
import { customers, orderRequests, orders } from "#db/schema.ts";
import type { PostalAddress, ProposingTool } from "#db/shapes.ts";
import type { ActionRow } from "./present.ts";

/** The result of a confirmed action. `noticeText` is written as a notice in the session. */
export type ActionOutcome = { state: "done" | "failed"; result: Record<string, unknown>; noticeText: string };

/**
 * The customer who confirms an action, and the fields that the customer filled in. Only the server sets the customer.
 */
export type ActionConfirmation = {
	owner: OrderOwner;
	/**
	 * The email address that was proved by a code in this session. A customer account's email address can be changed only
	 * to this address.
	 */
	verifiedEmail: string | null;
	fields: Record<string, string>;
};

const OWNER_NOT_VERIFIED_TEXT =
	"Nothing was changed: I can no longer tell that this is yours. Please sign in, or ask for a new code.";

/**
 * Executes a confirmed action in the caller's transaction. Rows are locked before they are checked, and every `where`
 * contains the owner.
 * @throws Invalid when the address is incomplete.
 */
export async function executeAction(
	tx: Transaction,
	action: ActionRow,
	confirmation: ActionConfirmation,
): Promise<ActionOutcome> {
	switch (action.tool as ProposingTool) {
		case "request_cancellation":
			return changeOwnOrder(tx, action, confirmation, cancelOrder);
		case "request_return":
			return changeOwnOrder(tx, action, confirmation, requestReturn);
		case "update_contact":
			if (typeof action.arguments.email === "string") {
				return changeAccountEmail(tx, action, confirmation, action.arguments.email);
			}
			if (typeof action.arguments.orderNumber === "string") {
				return changeOwnOrder(tx, action, confirmation, changeOrderAddress);
			}
			return changeAccountAddress(tx, action, confirmation);
	}
}

type OrderChange = (
	tx: Transaction,
	order: Order,
	action: ActionRow,
	confirmation: ActionConfirmation,
) => Promise<ActionOutcome>;

async function changeOwnOrder(
	tx: Transaction,
	action: ActionRow,
	confirmation: ActionConfirmation,
	change: OrderChange,
) {
	const [order] = await tx
		.select()
		.from(orders)
		.where(
			and(
				eq(orders.number, String(action.arguments.orderNumber)),
				eq(orders.customerId, action.customerId ?? ""),
				ordersOfOwner(confirmation.owner),
			),
		)
		.for("update");
	if (!order) return failedOutcome(OWNER_NOT_VERIFIED_TEXT);
	return change(tx, order, action, confirmation);
}

const cancelOrder: OrderChange = async (tx, order, action) => {
	const reason = cancelRefusal(order);
	if (reason) return failedOutcome(`${reason} Nothing was changed.`);
	await setOrderStatus(tx, order, { status: "cancelled", expectedOn: null });
	await tx.insert(orderRequests).values({
		orderNumber: order.number,
		kind: "cancellation",
		reason: textOrNull(action.arguments.reason),
		state: "accepted",
		actionId: action.id,
	});
	return doneOutcome(`Order ${order.number} has been cancelled.`, { status: "cancelled" });
};

const requestReturn: OrderChange = async (tx, order, action) => {
	const reason = returnRefusal(order, await getSetting("return_days", tx), new Date());
	if (reason) return failedOutcome(`${reason} Nothing was changed.`);
	const asked = Array.isArray(action.arguments.itemIds) ? action.arguments.itemIds : [];
	const itemIds = order.items.map((item) => item.itemId).filter((id) => asked.includes(id));
	await setOrderStatus(tx, order, { status: "return_requested" });
	await tx.insert(orderRequests).values({
		orderNumber: order.number,
		kind: "return",
		itemIds,
		reason: textOrNull(action.arguments.reason),
		actionId: action.id,
	});
	return doneOutcome(
		`A return has been requested for order ${order.number}. The store will answer your request.`,
		{
			status: "return_requested",
		},
	);
};

const changeOrderAddress: OrderChange = async (tx, order, _action, { fields }) => {
	const reason = addressChangeRefusal(order);
	if (reason) return failedOutcome(`${reason} Nothing was changed.`);
	await tx
		.update(orders)
		.set({ address: parseAddress(fields), updatedAt: new Date() })
		.where(eq(orders.number, order.number));
	return doneOutcome(`The delivery address of order ${order.number} has been changed.`, {});
};

async function changeAccountAddress(
	tx: Transaction,
	action: ActionRow,
	{ owner, fields }: ActionConfirmation,
) {
	const changed = await tx
		.update(customers)
		.set({ address: parseAddress(fields) })
		.where(and(eq(customers.id, action.customerId ?? ""), customersOfOwner(owner)))
		.returning({ id: customers.id });
	if (changed.length === 0) return failedOutcome(OWNER_NOT_VERIFIED_TEXT);
	return doneOutcome("The address of your account has been changed. Orders already placed keep theirs.", {});
}

/**
 * Changes the email address of a customer's account. Because a code sent to this address identifies the customer, only
 * a signed-in customer can change it, and only to an address that was proved in this session.
 */
async function changeAccountEmail(
	tx: Transaction,
	action: ActionRow,
	confirmation: ActionConfirmation,
	email: string,
) {
	const { owner, verifiedEmail } = confirmation;
	if (owner.customerId === null || verifiedEmail !== email) return failedOutcome(OWNER_NOT_VERIFIED_TEXT);
	const changed = await tx
		.update(customers)
		.set({ email })
		.where(and(eq(customers.id, action.customerId ?? ""), customersOfOwner(owner)))
		.returning({ id: customers.id });
	if (changed.length === 0) return failedOutcome(OWNER_NOT_VERIFIED_TEXT);
	return doneOutcome("The email address of your account has been changed.", {});
}

async function setOrderStatus(
	tx: Transaction,
	order: Order,
	values: { status: string; expectedOn?: null },
): Promise<void> {
	await tx
		.update(orders)
		.set({ ...values, updatedAt: new Date() })
		.where(eq(orders.number, order.number));
}

function parseAddress(fields: Record<string, string>): PostalAddress {
	const parsed = postalAddress.safeParse(fields);
	if (parsed.success) return parsed.data;
	const errors: Record<string, string[]> = {};
	for (const issue of parsed.error.issues) errors[issue.path.join(".")] = [issue.message];
	throw new Invalid(errors);
}

const textOrNull = (value: unknown): string | null =>
	typeof value === "string" && value !== "" ? value : null;
const doneOutcome = (words: string, result: Record<string, unknown>): ActionOutcome => ({
	state: "done",
	result,
	noticeText: words,
});
const failedOutcome = (words: string): ActionOutcome => ({
	state: "failed",
	result: { reason: words },
	noticeText: words,
});
