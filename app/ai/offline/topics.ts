/** Words that the right passage for an intent is likely to be headed by, in any store. */
const TOPICS: Record<string, string[]> = {
	cancel_order: ["cancel"],
	change_order: ["change", "order"],
	change_shipping_address: ["address", "change"],
	set_up_shipping_address: ["address"],
	check_cancellation_fee: ["cancel"],
	check_invoice: ["invoice"],
	get_invoice: ["invoice"],
	check_payment_methods: ["payment"],
	payment_issue: ["payment"],
	check_refund_policy: ["return", "refund"],
	get_refund: ["return", "refund"],
	track_refund: ["refund"],
	track_order: ["track", "delivery"],
	complaint: ["complaint"],
	contact_customer_service: ["contact", "hours"],
	create_account: ["account", "register"],
	registration_problems: ["account", "register"],
	delete_account: ["account", "delete"],
	edit_account: ["account"],
	switch_account: ["account"],
	recover_password: ["password", "account"],
	delivery_options: ["delivery"],
	delivery_period: ["delivery"],
	newsletter_subscription: ["newsletter"],
	review: ["review"],
	promotion: ["discount"],
	warranty: ["warranty"],
	damaged_item: ["damaged"],
	exchange_item: ["exchange", "return"],
};

const LIKELY = 0.5;

/** The topics of an intent the model is rather sure of; none for others. */
export function topicsOf({ intent, confidence }: { intent: string; confidence: number }): string[] {
	return confidence >= LIKELY ? (TOPICS[intent] ?? []) : [];
}
