/** The languages in which the assistant has fixed texts and answers without a model. */
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
	"ru",
	"ja",
	"zh",
	"zh-Hant",
] as const;
