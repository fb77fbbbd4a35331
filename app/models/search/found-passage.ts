/** A passage that a search has found. */
export type FoundPassage = {
	id: number;
	articleId: string;
	slug: string;
	title: string;
	heading: string;
	/** `/help/<slug>`, with the heading's id if there is one. */
	url: string;
	/** Plain text of the passage. */
	body: string;
	locale: string;
	/** Score, comparable only within one search. */
	score: number;
	/** Coverage, from 0 to 1: the share of the question's subject that the passage contains. */
	coverage: number;
};
