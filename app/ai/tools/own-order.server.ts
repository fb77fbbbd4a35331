import { getOrder, listOrders, type Order, type OrderOwner } from "#app/models/order/order.server.ts";

/** Number of a customer's newest orders among which an order number without letters is searched. */
const MAX_SEARCHED_ORDERS = 200;

/** Finds an order of the customer by its number. The letters of the number may be missing. */
export async function findOwnOrder(number: string, owner: OrderOwner): Promise<Order | null> {
	return (await getOrder({ number, ...owner })) ?? (await findOwnOrderByDigits(number, owner));
}

async function findOwnOrderByDigits(number: string, owner: OrderOwner): Promise<Order | null> {
	const digits = number.replace(/\D/g, "");
	const own = await listOrders({ ...owner, limit: MAX_SEARCHED_ORDERS });
	return own.find((order) => order.number.replace(/\D/g, "") === digits) ?? null;
}
