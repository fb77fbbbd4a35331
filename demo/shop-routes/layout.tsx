import type { LoaderFunctionArgs } from "@remix-run/node";
import { Outlet, useLoaderData } from "@remix-run/react";
import { getCustomerIdentity } from "#app/auth/customer.server.ts";
import { env } from "#app/env.server.ts";
import { getCustomer } from "#app/models/customer/customer.server.ts";
import { listDemoCustomers } from "./demo-customers.server.ts";
import { ShopFrame } from "./page-frame.tsx";

export async function loader({ request }: LoaderFunctionArgs) {
	const { customerId } = await getCustomerIdentity(request);
	const customer = customerId ? await getCustomer(customerId) : null;
	return {
		signedIn: customer ? { id: customer.id, name: customer.name } : null,
		demoPeople: env().MEVI_EMBEDDED
			? (await listDemoCustomers()).map(({ id, name }) => ({ id, name }))
			: null,
	};
}

export default function ShopLayout() {
	const { signedIn, demoPeople } = useLoaderData<typeof loader>();
	return (
		<ShopFrame signedIn={signedIn} demoPeople={demoPeople}>
			<Outlet />
		</ShopFrame>
	);
}
