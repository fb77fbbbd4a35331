/** The languages the assistant has fixed phrases in, and answers in without a model. */
export const SUPPORTED_LANGUAGES = [
	"en",
	"de",
	"fr",
	"es",
	"it",
	"nl",
	"pt",
	"pl",
	"tr",
	"ar",
	"he",
] as const;
