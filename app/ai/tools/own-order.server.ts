import { getOrder, listOrders, type Order, type OrderOwner } from "#app/models/order/order.server.ts";

/** How far back an order is looked for when its number came without its letters. */
const MAX_SEARCHED_ORDERS = 200;

/** One of the customer's own orders by its number, as people write it: the letters may be missing. */
export async function findOwnOrder(number: string, owner: OrderOwner): Promise<Order | null> {
	return (await getOrder({ number, ...owner })) ?? (await findOwnOrderByDigits(number, owner));
}

/** People leave out the letters of an order number; among their own orders the digits are enough. */
async function findOwnOrderByDigits(number: string, owner: OrderOwner): Promise<Order | null> {
	const digits = number.replace(/\D/g, "");
	const own = await listOrders({ ...owner, limit: MAX_SEARCHED_ORDERS });
	return own.find((order) => order.number.replace(/\D/g, "") === digits) ?? null;
}
