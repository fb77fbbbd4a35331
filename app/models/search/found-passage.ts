/** A passage that speaks of what was asked, best first. */
export type FoundPassage = {
	id: number;
	articleId: string;
	slug: string;
	title: string;
	heading: string;
	/** `/help/<slug>`, with the heading's id where there is one. */
	url: string;
	/** Plain text. */
	body: string;
	locale: string;
	/** For ranking within one search only. */
	score: number;
	/** 0 to 1: how much of the question's own subject the passage speaks of. */
	coverage: number;
};
