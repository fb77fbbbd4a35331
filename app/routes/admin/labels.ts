const REASON_LABELS: Record<string, string> = {
	"assistant-failed": "the assistant failed",
	"assistant-unsure": "the assistant was unsure",
	"assistant-off": "the assistant is off",
	"customer-upset": "the customer is upset",
	"needs-a-person": "needs a person",
	"assistant-limit": "the assistant reached its limit",
	"agent-away": "agent left",
	"large-refund": "a large refund",
	legal: "a legal matter",
	safety: "a matter of safety",
};

/**
 * Text for the reason why a customer waits for an agent; null when the customer asked for an agent without another
 * reason.
 */
export function reasonName(reason: string | null): string | null {
	if (!reason || reason === "requested") return null;
	if (reason.startsWith("topic:")) return reason.slice("topic:".length);
	return REASON_LABELS[reason] ?? reason.replaceAll("-", " ").replaceAll("_", " ");
}

/** Text for the state of a queued session, with the reason for waiting if that helps the agent. */
export function waitingLabel(reason: string | null): string {
	const name = reasonName(reason);
	return name ? `Waiting · ${name}` : "Waiting";
}

const TOPIC_LABELS: Record<string, string> = {
	cancel_order: "Cancel an order",
	change_order: "Change an order",
	change_shipping_address: "Change the address",
	check_cancellation_fee: "Cancellation fee",
	check_invoice: "Invoice",
	check_payment_methods: "Payment methods",
	check_refund_policy: "Refund policy",
	complaint: "Complaint",
	contact_customer_service: "Contact",
	contact_human_agent: "Wants a person",
	create_account: "Create an account",
	damaged_item: "Damaged item",
	delete_account: "Delete the account",
	delivery_options: "Delivery options",
	delivery_period: "Delivery time",
	edit_account: "Account details",
	exchange_item: "Exchange",
	get_invoice: "Invoice",
	get_refund: "Refund",
	goodbye: "Goodbye",
	greeting: "Greeting",
	newsletter_subscription: "Newsletter",
	other: "Other",
	payment_issue: "Payment problem",
	place_order: "Place an order",
	product_info: "Product question",
	promotion: "Discounts",
	recover_password: "Password",
	registration_problems: "Registration problem",
	review: "Review",
	set_up_shipping_address: "Delivery address",
	switch_account: "Switch accounts",
	thanks: "Thanks",
	track_order: "Where is my order",
	track_refund: "Refund status",
	warranty: "Warranty",
};

/** Text for an intent in a list: `get_refund` becomes "Refund". */
export function topicName(intent: string): string {
	const text = intent.replaceAll("_", " ");
	return TOPIC_LABELS[intent] ?? text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** English name of a language tag: `en-US` becomes "English (United States)". An invalid tag is returned unchanged. */
export function languageName(locale: string): string {
	try {
		const names = new Intl.DisplayNames("en", { type: "language", languageDisplay: "standard" });
		return names.of(locale) ?? locale;
	} catch {
		return locale;
	}
}
