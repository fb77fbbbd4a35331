import type { Topic } from "#app/models/search/question.server.ts";
import { rankIntents } from "./classify.server.ts";

/**
 * Search words for each intent. A passage about the intent is likely to contain these words in any store, most of all
 * in its heading.
 */
const SEARCH_WORDS_BY_INTENT: Record<string, string> = {
	cancel_order: "cancel cancellation cancelling",
	change_order: "change edit amend order cancelling",
	change_shipping_address: "address change redirect",
	set_up_shipping_address: "address account",
	check_cancellation_fee: "cancel cancellation fee",
	check_invoice: "invoice receipt bill",
	get_invoice: "invoice receipt bill vat",
	check_payment_methods: "payment pay card paypal instalments",
	payment_issue: "payment pay card declined charged",
	check_refund_policy: "return returns refund back unused",
	get_refund: "return returns refund back label",
	track_refund: "refund money repayment back",
	track_order: "tracking track delivery parcel lost",
	complaint: "complaint contact",
	contact_customer_service: "contact hours phone email open opening",
	contact_human_agent: "contact phone",
	create_account: "account register sign",
	registration_problems: "account register sign",
	delete_account: "account delete close data erase",
	edit_account: "account details profile",
	switch_account: "account membership",
	recover_password: "password account login sign reset",
	delivery_options: "delivery shipping deliver ship postage courier",
	delivery_period: "delivery shipping days dispatch",
	newsletter_subscription: "newsletter email unsubscribe",
	place_order: "order ordering basket",
	review: "review rating",
	promotion: "discount code voucher sale points gift offer",
	warranty: "warranty guarantee repair",
	damaged_item: "damaged broken faulty missing wrong defective damage torn",
	exchange_item: "exchange swap size return",
};

/**
 * Smallest probability of an intent whose words are added to a search. The words of less likely intents would disturb
 * the search.
 */
const MIN_LIKELIHOOD = 0.12;

/** The search words for the most likely intents of an English question. They are added to the words of the question. */
export function findSearchTopics(question: string): Topic[] {
	return rankIntents(question).flatMap(({ intent, likelihood }) => {
		const words = SEARCH_WORDS_BY_INTENT[intent];
		return words && likelihood >= MIN_LIKELIHOOD ? [{ words: words.split(" "), likelihood }] : [];
	});
}
