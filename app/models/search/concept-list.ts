/**
 * General English of shops and support desks: words that mean the same. Nothing in here belongs to one shop;
 * product names never do.
 */

const words = (text: string) => text.trim().split(/\s+/);

export type Concept = {
	/** Words and phrases that mean the same; a phrase is recognised in questions and in texts. */
	words: string[];
	/** Also met by text of this form: a price answers "how much" without the word "price". */
	pattern?: RegExp;
	/** Phrases of a question that ask for this concept. */
	asks?: RegExp;
	/** A weaker kinship: met for this share of a word (default 0.9). */
	kinship?: number;
	/** A rule of the store that holds for whatever was bought, so that the thing itself need not be named in it. */
	isPolicy?: boolean;
};

/** An amount of money, or that there is none to pay. */
export const CURRENCY =
	/[$€£¥]\s?\d|\d\s?[$€£¥]|\b\d+([.,]\d+)?\s?(usd|eur|gbp|chf|dollars?|euros?|pounds?|cents?)\b|(?<![-\p{L}])free\b(?! (?:of (?!charge)|from|to\b))|\bcosts? (you )?nothing\b|\bno (extra |additional )?(charge|cost|fee)\b/iu;
const NUMBER =
	"(\\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|fifteen|twenty|thirty|sixty|ninety|a|an|half|several|few|couple of)";
export const DURATION = new RegExp(
	`\\b${NUMBER}(\\s?(-|–|to|or)\\s?${NUMBER})?[\\s-]+(full |more |whole |working |business |calendar |consecutive )?(seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|seasons?|decades?)\\b|\\b(lifetime|same day|next day|overnight|immediately|at once|instantly|24/7)\\b`,
	"i",
);
const FREQUENCY = new RegExp(
	`\\b(every|each|once|twice|thrice|daily|weekly|fortnightly|monthly|quarterly|yearly|annually|hourly|per (day|week|month|year)|a (day|week|month|year)|after (each|every)|${NUMBER} times|times (a|per)|at least every|between uses|regularly)\\b`,
	"i",
);
const LENGTH = /\d+([.,]\d+)?\s?(cm|mm|m|km|metres?|meters?|inch(es)?|in\b|ft|feet|foot|yards?|"|″|['’])/i;
const MASS = /\d+([.,]\d+)?\s?(kg|g|grams?|kilos?|kilograms?|lbs?|pounds?|oz|ounces?|stone|tons?|tonnes?)\b/i;
/** A time of day or a day of the week. */
export const CLOCK =
	/\b\d{1,2}([:.]\d\d)?\s?(am|pm|a\.m\.|p\.m\.|o'clock)|\b\d{1,2}:\d\d\b|\b(mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b24\/7\b|\bround the clock\b/i;
const DEGREES = /\d+\s?(°|degrees?|º)/i;

/** A concept from a line of words; `_` joins the words of a phrase. */
function concept(line: string, rest: Omit<Concept, "words"> = {}): Concept {
	return { words: words(line).map((word) => word.replaceAll("_", " ")), ...rest };
}

export const CONCEPTS: Concept[] = [
	concept(
		"return send_back sent_back sending_back ship_back mail_back bring_back give_back take_back hand_back go_back goes_back changed_my_mind change_my_mind dont_want_it_anymore no_longer_want",
		{ isPolicy: true },
	),
	concept(
		"refund reimburse reimbursement money_back restitution rebate repay payback pay_back credit_back get_back_what_i_paid",
		{ isPolicy: true },
	),
	concept("refund return", { kinship: 0.7 }),
	concept("refund money", { kinship: 0.6 }),
	concept("compensation refund compensate", { kinship: 0.8 }),
	concept(
		"exchange swap trade replace replacement substitute different_size another_size other_size wrong_size different_colour different_color",
		{ isPolicy: true },
	),
	concept("cancel cancellation call_off revoke withdraw withdrawal annul abort stop undo", {
		isPolicy: true,
	}),
	concept("terminate cancel end quit stop", { kinship: 0.85 }),
	concept("delivery deliver shipping shipment ship dispatch courier postage carrier freight transport", {
		isPolicy: true,
	}),
	concept(
		"delivery arrive arrival reach transit parcel package mail post get_here come_to_me receive send sent",
		{ kinship: 0.8 },
	),
	concept("parcel package box shipment packet consignment"),
	concept("cost price fee charge rate tariff expensive cheap pricing pay surcharge expense", {
		pattern: CURRENCY,
		asks: /\bhow much (is|are|was|were|does|do|did|will|would|for|to|it|this|money|extra|more)\b(?!.*\b(weigh|hold|fit|carry|support|space|room|water|power|time|memory|storage)\b)|\bwhat('s| is| are)? the (price|cost|fee)s?\b/i,
	}),
	concept("free gratis complimentary for_nothing no_charge without_charge", {
		pattern: /(?<![-\p{L}])free\b(?! (?:of (?!charge)|from|to\b))|\bno (charge|cost|fee)\b/iu,
	}),
	concept("warranty guarantee guaranteed coverage", { isPolicy: true }),
	concept("warranty covered cover protect protection insurance", { kinship: 0.7 }),
	concept(
		"broken damaged damage faulty defective defect fault crack cracked smashed snapped snap gone_off shattered dent dented torn tear ripped scratched chipped bent leaking malfunction does_not_work doesnt_work not_working stopped_working wont_turn_on in_pieces fell_apart falling_apart broke break dead",
		{ isPolicy: true },
	),
	concept(
		"missing lost incomplete undelivered vanished disappeared never_arrived not_arrived hasnt_arrived didnt_arrive never_came not_received havent_received went_missing",
		{ isPolicy: true },
	),
	concept("late delay delayed overdue behind_schedule taking_too_long", { isPolicy: true }),
	concept("wrong incorrect mistake error mistaken mixed_up not_what_i_ordered", { isPolicy: true }),
	concept("pay payment checkout paying paid settle", { isPolicy: true }),
	concept("credit_card debit_card visa mastercard amex american_express"),
	// A card alone may be one for gifts.
	concept("card credit_card debit_card visa mastercard amex", { kinship: 0.6 }),
	concept("visa mastercard amex american_express discover paypal apple_pay google_pay klarna", {
		kinship: 0.7,
	}),
	concept("payment card credit_card paypal apple_pay google_pay klarna invoice cash", { kinship: 0.6 }),
	concept(
		"instalment installment financing finance pay_later in_parts split_the_cost monthly_payments pay_over_time spread_the_cost",
		{ isPolicy: true },
	),
	concept("voucher gift_card gift_voucher gift_certificate giftcard"),
	concept(
		"discount coupon promo promotion promotional voucher sale deal money_off reduction markdown special_offer bargain",
	),
	concept("code coupon voucher", { kinship: 0.7 }),
	concept("account profile"),
	concept("login log_in sign_in log_on access password", { kinship: 0.8 }),
	concept("password passcode pwd passphrase pin credential"),
	concept("forgot forgotten reset recover restore lost_my"),
	concept("register sign_up signup registration enrol enroll join create_an_account open_an_account"),
	concept("subscribe subscription membership plan"),
	concept("unsubscribe opt_out stop_receiving stop_getting"),
	concept("newsletter mailing_list marketing_email"),
	concept("delete remove erase close deletion removal get_rid_of wipe", { kinship: 0.8 }),
	concept("change modify edit update alter amend correct adjust modification switch"),
	concept("add include attach", { kinship: 0.8 }),
	concept(
		"contact reach get_in_touch get_hold call phone telephone hotline helpline ring write email speak talk",
	),
	concept("phone telephone phone_number telephone_number hotline helpline", { kinship: 0.95 }),
	concept("email e_mail email_address", { kinship: 0.95 }),
	concept("contact support customer_service", { kinship: 0.7 }),
	concept("opening_hours hours open close business_hours", {
		pattern: CLOCK,
		asks: /\b(what|which) (time|times|hours|days)\b|\bwhat are (your|the) (\w+ )?hours\b|\bwhen (are|do) you (open|close)\b|\bopening (hours|times)\b/i,
	}),
	concept("weekend saturday sunday"),
	concept("holiday bank_holiday public_holiday christmas vacation"),
	concept("invoice bill receipt proof_of_purchase"),
	concept("tax vat duty customs import_fee gst"),
	concept(
		"international internationally abroad overseas worldwide foreign country countries another_country outside_the_country global",
	),
	concept("pickup collect collection pick_up click_and_collect fetch"),
	concept("stock availability sold_out restock backorder inventory in_stock out_of_stock back_in_stock"),
	concept("size dimension measure measurement big large sizing", { pattern: LENGTH }),
	concept("fit size sizing fitting", { kinship: 0.8 }),
	concept("wide width broad", { pattern: /\b(wide|width|w)\b|\d\s?[x×]\s?\d/i }),
	concept("tall height high", { pattern: /\b(high|tall|height|h)\b|\d\s?[x×]\s?\d/i }),
	concept("deep depth", { pattern: /\b(deep|depth|d)\b|\d\s?[x×]\s?\d/i }),
	concept("length", {
		pattern: LENGTH,
		asks: /\bhow long (is|are) (the|this|that|a|an|your)\b(?!.*\b(warranty|guarantee|delivery|shipping|wait|period|trial|valid|good)\b)/i,
	}),
	concept("weigh weight heavy mass", { pattern: MASS }),
	concept("colour color shade tint"),
	concept("material fabric made_of composition textile made_from consist"),
	concept("made manufactured produced origin manufacture production come_from", { kinship: 0.9 }),
	concept(
		"clean wash rinse wipe launder laundry laundering scrub cleaning hoover descale sanitise sanitize disinfect",
	),
	concept("clean care maintain maintenance look_after take_care dust polish upkeep soak brush vacuum", {
		kinship: 0.8,
	}),
	concept("washing_machine machine_wash wash machine_washable washable washing"),
	concept("stain spot mark dirt dirty spill"),
	concept("assemble assembly put_together build install setup set_up mount construct installation fitted"),
	concept("repair fix mend restoration"),
	concept("replace change swap renew", { kinship: 0.8 }),
	concept("part component spare replacement_part screw piece"),
	concept("privacy data gdpr personal_data personal_information confidential"),
	concept("loyalty point points reward rewards bonus"),
	concept("gift present gift_wrap wrapping wrap wrapped"),
	concept("review feedback rating comment opinion testimonial"),
	concept("branch showroom outlet brick_and_mortar physical_store in_person visit", { kinship: 0.85 }),
	concept("store shop", { kinship: 0.9 }),
	concept("job career vacancy recruitment hiring"),
	concept("allergy allergen allergic hypoallergenic"),
	concept("child kid children baby toddler infant"),
	concept("pet dog cat animal puppy kitten", { kinship: 0.6 }),
	concept("sustainable sustainability eco environment environmental environmentally recycled eco_friendly"),
	concept("recycle recycling dispose disposal throw_away throw_out discard scrap"),
	concept("old used second_hand worn", { kinship: 0.6 }),
	concept("safe safety secure security harmless"),
	concept("safe dangerous toxic poisonous harmful harm hazardous risk", { kinship: 0.8 }),
	concept("allowed permitted welcome may_bring let_in", { kinship: 0.85 }),
	concept("shorten hem alteration lengthen tailoring", { kinship: 0.85 }),
	concept("grass lawn turf"),
	concept("jumper sweater pullover knitwear cardigan", { kinship: 0.85 }),
	concept("trousers pants jeans denim", { kinship: 0.7 }),
	concept("plan design layout drawing", { kinship: 0.7 }),
	concept("teacher educator lecturer"),
	concept("earphone earbud headphone headset"),
	concept("carry take bring upstairs place_of_use", { kinship: 0.6 }),
	concept("month january february march april june july august september october november december", {
		kinship: 0.6,
		asks: /\b(?:what|which|best) (?:month|season|time of (?:the )?year)\b/i,
		pattern: /\b(?:january|february|march|april|june|july|august|september|october|november|december)\b/i,
	}),
	concept("minimum least smallest at_least lowest"),
	concept("maximum most up_to limit largest highest", { kinship: 0.8 }),
	concept("expire expiry valid validity run_out lapse shelf_life best_before expiration"),
	concept("fast express rush expedited urgent priority quickest fastest speed"),
	concept("deadline time_limit cut_off window period within latest grace_period"),
	concept("store storage preserve stored", { kinship: 0.6 }),
	concept("charge recharge battery power charging", { kinship: 0.75 }),
	concept("book reserve reservation appointment booking schedule"),
	concept("hire rent rental borrow loan"),
	concept("lease leasing rent", { kinship: 0.6 }),
	concept("track trace tracking whereabouts locate follow"),
	concept("status progress", { kinship: 0.8 }),
	concept("outdoors outside outdoor open_air exterior patio"),
	concept("waterproof water_resistant rain wet moisture splash weatherproof humidity", { kinship: 0.8 }),
	concept("hot heat temperature warm degrees", { pattern: DEGREES, kinship: 0.8 }),
	concept("cold freeze frost winter cool", { kinship: 0.7 }),
	concept("trial try_out test_period sample swatch tryout"),
	concept("complaint complain dissatisfied unhappy grievance disappointed"),
	concept("wholesale bulk trade b2b large_quantity business_account", { kinship: 0.9 }),
	concept("student pupil university college", { kinship: 0.9 }),
	concept("notify notification alert reminder remind let_me_know"),
	concept("person human agent representative staff employee advisor"),
	concept("often frequently frequency regularly", {
		pattern: FREQUENCY,
		asks: /\bhow (often|frequently|many times|regularly)\b/i,
	}),
	concept("age minimum_age", {
		pattern: /\b(ages?|aged|older|years old|years of age)\b/i,
		asks: /\bhow old\b(?! is (?:the|this|that|your))/i,
	}),
	concept("duration", {
		pattern: DURATION,
		asks: /\bhow (long|soon|quickly|fast|many (days|weeks|months|years|hours))\b|\bhow much time\b|\b(?:refund|delivery|shipping|processing|waiting|response|lead|transit) times?\b|\bby when\b|\bdeadline\b/i,
	}),
	concept("capacity hold contain volume load fit_in", {
		pattern: /\d+\s?(kg|l|ml|litres?|liters?|cups?|people|persons?|guests?)\b/i,
	}),
	concept("empty drain discharge", { kinship: 0.9 }),
	concept("refill fill top_up", { kinship: 0.9 }),
	concept("remove detach take_off take_out unscrew pull_out dismantle", { kinship: 0.8 }),
	concept("oil lubricate grease lubrication"),
	concept("turn_on switch_on start activate power_on begin"),
	concept("turn_off switch_off shut_down deactivate disable power_off"),
	concept("feed food eat nutrition", { kinship: 0.8 }),
	concept("doctor medical health physician", { kinship: 0.7 }),
	concept("legal law court lawyer", { kinship: 0.8 }),
	concept("smell odour odor scent stink"),
	concept("noise loud noisy sound quiet", { kinship: 0.85 }),
	concept("sharpen sharp blunt dull blade", { kinship: 0.7 }),
	concept("owner own ownership possess"),
	concept("forbidden prohibited banned not_allowed not_permitted"),
	concept("travel trip journey", { kinship: 0.9 }),
	concept("cover lid cap", { kinship: 0.6 }),
	concept("photo picture image photograph"),
	concept("inspection check checkup examination examine inspect"),
	concept("indoors inside indoor interior"),
	concept("last survive endure lifespan lifetime durable durability longevity"),
	concept("contract term commitment agreement tie_in"),
	concept("save saving percent off discount", { kinship: 0.8, pattern: /\d+\s?(%|per ?cent)/i }),
	concept("soy soya soybean"),
	concept("publish publication release launch come_out comes_out released published"),
	concept("ebook e_book"),
	concept("message note greeting letter"),
	concept("freeze freezer frozen"),
	concept("refuse dislike doesnt_like dont_like does_not_like do_not_like wont_eat wont_touch reject"),
	concept("employer company work job", { kinship: 0.6 }),
	concept("animal pet", { kinship: 0.9 }),
	concept("secondhand second_hand used pre_owned preowned"),
	concept("bike bicycle cycle"),
	concept("phone telephone mobile smartphone cellphone", { kinship: 0.7 }),
	concept("couch sofa settee"),
	concept("rug carpet"),
	concept("cupboard cabinet closet"),
	concept("upstairs stair floor flight_of_stairs"),
	concept("custom bespoke made_to_measure tailor_made custom_made measure"),
	concept("earn collect gain receive", { kinship: 0.85 }),
	concept("big bigger larger large", { kinship: 0.8 }),
	concept("dryer tumble_dry tumble_dryer drier"),
	concept("usa america united_states us states"),
	concept("uk britain united_kingdom england great_britain"),
	concept("europe eu european_union"),
	concept("electric powered power motor cordless", { kinship: 0.8 }),
	concept("bring_over transfer port move", { kinship: 0.85 }),
	concept("die dead survive", { kinship: 0.8 }),
	concept("carry deliver bring", { kinship: 0.6 }),
	concept("gray grey"),
	concept("cheque check"),
	concept("catalog catalogue"),
	concept("aluminium aluminum"),
	concept("jewellery jewelry"),
	concept("tyre tire"),
	concept("frequency schedule interval", { kinship: 0.8 }),
	concept(
		"customise customize personalise personalize engrave engraving custom bespoke made_to_order personalised personalized",
	),
];
