import { stemTexts } from "./stems.server.ts";
import { phraseOf, type StemPhrase } from "./text-vector.ts";
import {
	CHAT_SPELLINGS,
	COMMON_WEIGHT,
	COMMON_WORDS,
	CONCEPTS,
	FRAME_WORDS,
	OBJECT_MARKERS,
	PARTICLES,
} from "./vocabulary.ts";

/** One thing a question speaks of, with every way a text may say it. */
export type Term = {
	/** As the customer wrote it, or the question that asks for it ("how often"). */
	label: string;
	/** Share of this term in "does the text speak of what was asked": 1 for a telling word. */
	weight: number;
	/** `worth` is 1 for the word itself and less for its kin. */
	alternatives: { phrase: StemPhrase; worth: number }[];
	/** A form of text that also meets it, such as a price. */
	patterns: { pattern: RegExp; worth: number }[];
	/** True when the term is the kind of answer asked for, not a word of the question. */
	isAsked: boolean;
	/** A rule of the store, such as returning: it holds for things it does not name. */
	isPolicy: boolean;
	/** The thing spoken of, as in "my lamp": a rule of the store need not name it. */
	isObject: boolean;
	/** Said of the customer's own ("my dog"): circumstance more than subject. */
	isOwn: boolean;
	/** Stands directly behind the term before it, as the second word of a name does. */
	isNext: boolean;
	/** Not said but likely, from the intent: counts when met and costs nothing when not. */
	isTopic: boolean;
};

const KIN_WORTH = 0.9;
const TYPO_WORTH = 0.85;
const LOSSY_WORTH = 0.75;
const ASKED_WEIGHT = 0.8;
/** A question is not read further than this: what matters is said by then, and the work stays bounded. */
const MOST_WORDS = 60;

const BLANK = {
	isAsked: false,
	isPolicy: false,
	isObject: false,
	isOwn: false,
	isNext: false,
	isTopic: false,
};
/** What the intent makes likely weighs little beside what was said. */
const TOPIC_WEIGHT = 0.3;
/** Words of "how long", "how many days": said with the kind of answer that is asked for. */
const ASKING_WORDS = new Set(["long", "soon", "fast", "quickly", "often", "frequently", "many", "much"]);
/** Verbs that let their object stand before the particle: "send the lamp back". */
const SEPARABLE = /^(?:send|sent|ship|mail|bring|give|take|hand|put|turn|switch|pick|set|throw|call)/;

/** A concept with each of its words in stems; a phrase of stop words alone has none. */
type IndexedConcept = (typeof CONCEPTS)[number] & { phrases: StemPhrase[]; literal: RegExp | null };
type Index = {
	concepts: IndexedConcept[];
	byStem: Map<string, IndexedConcept[]>;
	phrases: Map<string, IndexedConcept[]>;
};

let index: Promise<Index> | undefined;

const CONCEPT_WORDS = [...new Set(CONCEPTS.flatMap((concept) => concept.words))].filter(
	(word) => !word.includes(" "),
);

const stemsKey = (phrase: StemPhrase) => phrase.map(({ stem }) => stem).join(" ");

/** The concepts with their words stemmed, once per process. */
function conceptIndex(): Promise<Index> {
	index ??= buildIndex().catch((error) => {
		index = undefined;
		throw error;
	});
	return index;
}

async function buildIndex(): Promise<Index> {
	const all = [...new Set(CONCEPTS.flatMap((concept) => concept.words))];
	const vectors = await stemTexts(all);
	const phraseByWord = new Map(all.map((word, i) => [word, phraseOf(vectors[i] ?? new Map())]));
	const byStem = new Map<string, IndexedConcept[]>();
	const phrases = new Map<string, IndexedConcept[]>();
	const concepts = CONCEPTS.map((concept): IndexedConcept => {
		const stemmed = concept.words.map((word) => phraseByWord.get(word) ?? []);
		// Stems drop stop words, and "not allowed" must not be met by "allowed": such phrases are read literally.
		const isLossy = concept.words.map((word, i) => (stemmed[i]?.length ?? 0) < word.split(" ").length);
		const literal = concept.words.filter((_, i) => isLossy[i]);
		return {
			...concept,
			phrases: stemmed.map((phrase, i) => (isLossy[i] ? [] : phrase)),
			literal: literal.length > 0 ? literalPattern(literal) : null,
		};
	});
	for (const concept of concepts) {
		for (const word of concept.words) {
			const phrase = phraseByWord.get(word) ?? [];
			const isSpelledOut = word.includes(" ");
			const home = isSpelledOut ? phrases : byStem;
			const key = isSpelledOut ? word : stemsKey(phrase);
			if (key) home.set(key, [...(home.get(key) ?? []), concept]);
		}
	}
	return { concepts, byStem, phrases };
}

/** Lower case, no apostrophes, chat spellings written out, order numbers left out. */
export function plainWords(text: string): string[] {
	return text
		.toLowerCase()
		.normalize("NFKC")
		.replace(/['’‘`](s|S)\b/g, "")
		.replace(/['’‘`]/g, "")
		.replace(/#?\bw?\d{6,}\b/g, " ")
		.split(/[^\p{L}\p{N}]+/u)
		.filter(Boolean)
		.slice(0, MOST_WORDS)
		.map((word) => CHAT_SPELLINGS[word] ?? word);
}

/** A pattern for any of the phrases, with or without the apostrophes that questions are read without. */
function literalPattern(phrases: string[]): RegExp {
	const spelled = phrases.map((phrase) => {
		const plain = phrase.replace(/(do|does|did|have|has|is|wo|ca)nt\b/g, "$1n['’]?t");
		const [first = "", ...rest] = plain.split(" ");
		const gap = SEPARABLE.test(first) && rest.length === 1 ? "(?: \\S+){0,3} " : " ";
		return `${first}(?:s|es|ed|ing)?${gap}${rest.join(" ")}`;
	});
	return new RegExp(`(?<!\\p{L})(?:${spelled.join("|")})(?!\\p{L})`, "iu");
}

/** The word and what it may be a form of: "sending" of "send", "sends" of "send". */
function baseForms(word: string): string[] {
	const forms = [word];
	for (const ending of ["ing", "ed", "s", "d"]) {
		if (word.endsWith(ending) && word.length > ending.length + 2) forms.push(word.slice(0, -ending.length));
	}
	if (word.endsWith("ing")) forms.push(`${word.slice(0, -3)}e`);
	if (word === "sent") forms.push("send");
	return forms;
}

/** Words a particle may stand behind its verb: "send the two blue lamps back". */
const WIDEST_GAP = 4;

/** The phrase that begins at a word, with the places of its words: whole, or with other words in its middle. */
function phraseAt(words: string[], start: number, length: number, phrases: Index["phrases"]) {
	const spelled = words.slice(start, start + length).join(" ");
	const isInside = start + length <= words.length;
	const whole = !isInside ? undefined : (phrases.get(spelled) ?? phrases.get(spelled.replace(/s$/, "")));
	if (whole) return { concepts: whole, places: Array.from({ length }, (_, i) => start + i) };
	if (length !== 2 || !SEPARABLE.test(words[start] ?? "")) return null;
	for (let end = start + 1; end <= start + 1 + WIDEST_GAP && end < words.length; end++) {
		const particle = words[end] ?? "";
		if (!PARTICLES.has(particle)) continue;
		for (const form of baseForms(words[start] ?? "")) {
			const split = phrases.get(`${form} ${particle}`);
			if (split) return { concepts: split, places: [start, end] };
		}
	}
	return null;
}

/** Whether the word at that place is the thing spoken of: at most one word stands between it and its marker. */
function isObjectAt(words: string[], place: number): boolean {
	return OBJECT_MARKERS.has(words[place - 1] ?? "") || OBJECT_MARKERS.has(words[place - 2] ?? "");
}

function addConcept(term: Term, concept: IndexedConcept) {
	if (concept.isPolicy) term.isPolicy = true;
	const worth = concept.kinship ?? KIN_WORTH;
	for (const phrase of concept.phrases) {
		const key = stemsKey(phrase);
		if (!key) continue;
		const before = term.alternatives.find((alternative) => stemsKey(alternative.phrase) === key);
		if (before) before.worth = Math.max(before.worth, worth);
		else term.alternatives.push({ phrase, worth });
	}
	if (concept.pattern) term.patterns.push({ pattern: concept.pattern, worth });
	if (concept.literal) term.patterns.push({ pattern: concept.literal, worth });
}

/**
 * Reads what a question is about: its telling words with their kin, the phrases that stand for one, and the
 * kind of answer it asks for. Words that only frame the question are dropped.
 * @param topics words that are likely beside the said ones, such as those of the question's intent.
 */
export async function readQuestion(text: string, topics: string[] = []): Promise<Term[]> {
	const { concepts, byStem, phrases } = await conceptIndex();
	const words = plainWords(text);
	const sentence = words.join(" ");
	const terms: Term[] = [];
	const taken = new Array<boolean>(words.length).fill(false);
	const conceptsSeen = new Set<IndexedConcept>();

	for (const concept of concepts) {
		const asked = concept.asks?.exec(sentence);
		if (!asked) continue;
		conceptsSeen.add(concept);
		const term: Term = {
			...BLANK,
			label: asked[0],
			weight: ASKED_WEIGHT,
			alternatives: [],
			patterns: [],
			isAsked: true,
		};
		addConcept(term, concept);
		terms.push(term);
		const before = sentence.slice(0, asked.index).split(" ").filter(Boolean).length;
		for (const [i, word] of asked[0].split(" ").entries()) {
			if (ASKING_WORDS.has(word)) taken[before + i] = true;
		}
	}

	for (let length = 5; length >= 2; length--) {
		for (let start = 0; start + 1 < words.length; start++) {
			const phrase = phraseAt(words, start, length, phrases);
			if (!phrase || phrase.places.some((place) => taken[place])) continue;
			for (const place of phrase.places) taken[place] = true;
			if (phrase.concepts.some((concept) => conceptsSeen.has(concept))) continue;
			const label = phrase.places.map((place) => words[place]).join(" ");
			const term: Term = { ...BLANK, label, weight: 1, alternatives: [], patterns: [] };
			for (const concept of phrase.concepts) {
				addConcept(term, concept);
				if ((concept.kinship ?? KIN_WORTH) >= KIN_WORTH) conceptsSeen.add(concept);
			}
			const [spelledOut] = await stemTexts([label]);
			const stems = phraseOf(spelledOut ?? new Map());
			// What the stems keep of "top up" finds the texts that the whole phrase is then looked for in.
			if (stems.length > 0) term.alternatives.push({ phrase: stems, worth: LOSSY_WORTH });
			const said = new Set(phrase.concepts.flatMap((concept) => spoken(concept, label)));
			for (const alternative of term.alternatives) {
				if (alternative.worth >= KIN_WORTH || said.has(stemsKey(alternative.phrase))) alternative.worth = 1;
			}
			terms.push(term);
		}
	}

	const left = [...words.entries()].filter(([place, word]) => !taken[place] && !FRAME_WORDS.has(word));
	const vectors = await stemTexts(left.map(([, word]) => word));
	const stemsSeen = new Set<string>();
	for (const [i, [place, word]] of left.entries()) {
		const phrase = phraseOf(vectors[i] ?? new Map());
		const key = stemsKey(phrase);
		if (!key || stemsSeen.has(key)) continue;
		stemsSeen.add(key);
		const kin = byStem.get(key) ?? [];
		const near = kin.filter((concept) => (concept.kinship ?? KIN_WORTH) >= KIN_WORTH);
		// "How much does it cost" asks one thing, not two.
		const twin = terms.find((term) =>
			term.alternatives.some(
				(other) => stemsKey(other.phrase) === key && (other.worth >= KIN_WORTH || term.isAsked),
			),
		);
		if (twin && near.some((concept) => conceptsSeen.has(concept))) {
			for (const other of twin.alternatives) if (stemsKey(other.phrase) === key) other.worth = 1;
			twin.weight = Math.max(twin.weight, 1);
			continue;
		}
		const isCommon = COMMON_WORDS.has(word) || /^\d{1,3}$/.test(word);
		const term: Term = {
			...BLANK,
			label: word,
			weight: isCommon ? COMMON_WEIGHT : 1,
			alternatives: [{ phrase, worth: 1 }],
			patterns: [],
			isObject: isObjectAt(words, place),
			isOwn: words[place - 1] === "my" || words[place - 1] === "our",
			isNext: place > 0 && left[i - 1]?.[0] === place - 1,
		};
		for (const concept of kin) addConcept(term, concept);
		for (const concept of near) conceptsSeen.add(concept);
		terms.push(term);
	}
	if (topics.length > 0) {
		const topic: Term = {
			...BLANK,
			label: "",
			weight: TOPIC_WEIGHT,
			alternatives: [],
			patterns: [],
			isTopic: true,
		};
		const topicVectors = await stemTexts(topics);
		for (const vector of topicVectors) {
			const phrase = phraseOf(vector);
			if (phrase.length > 0) topic.alternatives.push({ phrase, worth: 1 });
			for (const concept of byStem.get(stemsKey(phrase)) ?? []) {
				if ((concept.kinship ?? KIN_WORTH) >= KIN_WORTH)
					addConcept(topic, { ...concept, pattern: undefined });
			}
		}
		terms.push(topic);
	}
	return terms;
}

/** The stems of the concept's own phrase that was said. */
function spoken(concept: IndexedConcept, label: string): string[] {
	return concept.words.flatMap((word, i) =>
		word === label && concept.phrases[i] ? [stemsKey(concept.phrases[i])] : [],
	);
}

/** Gives a misspelt term the words it was probably meant to be, and their kin. */
export async function addMeant(term: Term, words: string[]): Promise<void> {
	const { byStem } = await conceptIndex();
	for (const vector of await stemTexts(words)) {
		const phrase = phraseOf(vector);
		const key = stemsKey(phrase);
		if (!key) continue;
		term.alternatives.push({ phrase, worth: TYPO_WORTH });
		for (const concept of byStem.get(key) ?? []) {
			addConcept(term, { ...concept, kinship: Math.min(concept.kinship ?? KIN_WORTH, TYPO_WORTH) });
		}
	}
}

/** Every single word the concepts know, for telling a slip of the finger from a word nobody knows. */
export function conceptWords(): string[] {
	return CONCEPT_WORDS;
}
