import { DURATION } from "./concept-list.ts";
import {
	addConcept,
	type ConceptIndex,
	conceptIndex,
	type IndexedConcept,
	SEPARABLE,
	SYNONYM_WEIGHT,
	spokenPhraseStems,
	stemsKey,
} from "./concepts.server.ts";
import { isPlace } from "./places.ts";
import { normalisedWords } from "./question-words.ts";
import { stemTexts } from "./stems.server.ts";
import { newTerm, type Term } from "./term.ts";
import { phraseOf } from "./text-vector.ts";
import { COMMON_WEIGHT, COMMON_WORDS, FRAME_WORDS, OBJECT_MARKERS, PARTICLES } from "./vocabulary.ts";

/** Weight of a phrase's remaining words after its stop words are dropped. */
const LOSSY_PHRASE_WEIGHT = 0.75;
const ASKED_WEIGHT = 0.8;
const MAX_PHRASE_WORDS = 5;

/** Words that a question is likely about, according to its intent, with the likelihood (0 to 1). */
export type Topic = { words: string[]; likelihood: number };

/** Weight of a topic from the intent, lower than that of the question's own words. */
const TOPIC_WEIGHT = 0.6;
const FRAME_WEIGHT = 0.08;
const STORE_ACTIONS = new Set(["buy", "sell", "purchase", "use", "make", "build"]);
/** Words of "how long" and "how many days", which belong to the requested kind of answer. */
const ASKING_WORDS = new Set([
	"long",
	"soon",
	"fast",
	"quickly",
	"often",
	"frequently",
	"many",
	"much",
	"old",
]);
/** Possible base forms of a word: "send" for "sending" and "sends". */
function baseForms(word: string): string[] {
	const forms = [word];
	for (const ending of ["ing", "ed", "s", "d"]) {
		if (word.endsWith(ending) && word.length > ending.length + 2) forms.push(word.slice(0, -ending.length));
	}
	if (word.endsWith("ing")) forms.push(`${word.slice(0, -3)}e`);
	if (word === "sent") forms.push("send");
	return forms;
}

/** Maximum number of words between a verb and its particle: "send the two blue lamps back". */
const MAX_PARTICLE_GAP = 4;

/** The phrase that begins at a word, with the positions of its words; other words may be in its middle. */
function phraseAt(words: string[], start: number, length: number, phrases: ConceptIndex["phrases"]) {
	const spelled = words.slice(start, start + length).join(" ");
	const isInside = start + length <= words.length;
	const whole = !isInside ? undefined : (phrases.get(spelled) ?? phrases.get(spelled.replace(/s$/, "")));
	if (whole) return { concepts: whole, places: Array.from({ length }, (_, i) => start + i) };
	if (length !== 2 || !SEPARABLE.test(words[start] ?? "")) return null;
	for (let end = start + 1; end <= start + 1 + MAX_PARTICLE_GAP && end < words.length; end++) {
		const particle = words[end] ?? "";
		if (!PARTICLES.has(particle)) continue;
		for (const form of baseForms(words[start] ?? "")) {
			const split = phrases.get(`${form} ${particle}`);
			if (split) return { concepts: split, places: [start, end] };
		}
	}
	return null;
}

/** Whether the word at that position is the object: at most one word is between it and its marker. */
function isObjectAt(words: string[], place: number): boolean {
	return OBJECT_MARKERS.has(words[place - 1] ?? "") || OBJECT_MARKERS.has(words[place - 2] ?? "");
}

/** The state while a question is read: its words, which of them are used, and the concepts found so far. */
type QuestionReading = {
	index: ConceptIndex;
	words: string[];
	taken: boolean[];
	seen: Set<IndexedConcept>;
	terms: Term[];
};

/**
 * Reads a question into terms: its words with their synonyms, phrases, and the kind of answer that it asks for. Words
 * that only frame the question are dropped.
 * @param topics additional likely words, such as those of the question's intent.
 */
export async function readQuestion(text: string, topics: Topic[] = []): Promise<Term[]> {
	const words = normalisedWords(text);
	const reading: QuestionReading = {
		index: await conceptIndex(),
		words,
		taken: words.map(() => false),
		seen: new Set(),
		terms: [],
	};
	readSpans(reading);
	readAsked(reading);
	await readPhrases(reading);
	await readWords(reading);
	await readFrame(reading);
	for (const topic of topics) reading.terms.push(await topicTerm(reading.index, topic));
	return reading.terms;
}

const COUNT_WORD = /^(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|few|several|couple)$/;
const TIME_UNIT = /^(?:minutes?|hours?|days?|weeks?|months?|years?)$/;

/**
 * A time span in a question ("after three weeks") matches any time span, because a text rarely names the same one.
 */
function readSpans({ words, taken, terms }: QuestionReading) {
	for (const [place, word] of words.entries()) {
		if (!TIME_UNIT.test(word) || !COUNT_WORD.test(words[place - 1] ?? "")) continue;
		taken[place - 1] = true;
		taken[place] = true;
		const label = `${words[place - 1]} ${word}`;
		const patterns = [{ pattern: DURATION, matchWeight: SYNONYM_WEIGHT }];
		terms.push(newTerm({ label, weight: COMMON_WEIGHT, isAsked: true, patterns }));
	}
}

const isNear = (concept: IndexedConcept) => (concept.synonymWeight ?? SYNONYM_WEIGHT) >= SYNONYM_WEIGHT;

/** Finds the kinds of answer that the question asks for: "how long", "how much is". */
function readAsked({ index, words, taken, seen, terms }: QuestionReading) {
	const sentence = words.join(" ");
	for (const concept of index.concepts) {
		const asked = concept.asks?.exec(sentence);
		if (!asked) continue;
		seen.add(concept);
		const term = newTerm({ label: asked[0], weight: ASKED_WEIGHT, isAsked: true });
		addConcept(term, concept);
		terms.push(term);
		const before = sentence.slice(0, asked.index).split(" ").filter(Boolean).length;
		for (const [i, word] of asked[0].split(" ").entries()) {
			if (ASKING_WORDS.has(word)) taken[before + i] = true;
		}
	}
}

/** Finds phrases with one meaning: "send back", "gift card". */
async function readPhrases({ index, words, taken, seen, terms }: QuestionReading) {
	for (let length = MAX_PHRASE_WORDS; length >= 2; length--) {
		for (let start = 0; start + 1 < words.length; start++) {
			const phrase = phraseAt(words, start, length, index.phrases);
			if (!phrase || phrase.places.some((place) => taken[place])) continue;
			for (const place of phrase.places) taken[place] = true;
			if (phrase.concepts.some((concept) => seen.has(concept))) continue;
			const label = phrase.places.map((place) => words[place]).join(" ");
			const term = newTerm({ label, weight: 1 });
			for (const concept of phrase.concepts) addConcept(term, concept);
			for (const concept of phrase.concepts.filter(isNear)) seen.add(concept);
			const [vector] = await stemTexts([label]);
			const stems = phraseOf(vector ?? new Map());
			// The stems of "top up" find candidates, in which the whole phrase is then searched.
			if (stems.length > 0) term.alternatives.push({ phrase: stems, matchWeight: LOSSY_PHRASE_WEIGHT });
			const said = new Set(phrase.concepts.flatMap((concept) => spokenPhraseStems(concept, label)));
			for (const alternative of term.alternatives) {
				if (alternative.matchWeight >= SYNONYM_WEIGHT || said.has(stemsKey(alternative.phrase)))
					alternative.matchWeight = 1;
			}
			terms.push(term);
		}
	}
}

/** Reads the remaining single words that carry meaning. */
async function readWords({ index, words, taken, seen, terms }: QuestionReading) {
	const left = [...words.entries()].filter(([place, word]) => !taken[place] && !FRAME_WORDS.has(word));
	const vectors = await stemTexts(left.map(([, word]) => word));
	const stemsSeen = new Set<string>();
	for (const [i, [place, word]] of left.entries()) {
		const phrase = phraseOf(vectors[i] ?? new Map());
		const key = stemsKey(phrase);
		if (!key || stemsSeen.has(key)) continue;
		stemsSeen.add(key);
		const kin = index.byStem.get(key) ?? [];
		const near = kin.filter(isNear);
		// "How much does it cost" asks one thing, so both parts become one term.
		const twin = terms.find((term) =>
			term.alternatives.some(
				(other) => stemsKey(other.phrase) === key && (other.matchWeight >= SYNONYM_WEIGHT || term.isAsked),
			),
		);
		if (twin && near.some((concept) => seen.has(concept))) {
			for (const other of twin.alternatives) if (stemsKey(other.phrase) === key) other.matchWeight = 1;
			twin.weight = Math.max(twin.weight, 1);
			continue;
		}
		// What the store is asked to do is the subject: "do you buy …" is not about what customers buy.
		const isStoreAction = words[place - 1] === "you" && STORE_ACTIONS.has(word);
		const isCommon = !isStoreAction && (COMMON_WORDS.has(word) || /^\d{1,3}$/.test(word));
		const term = newTerm({
			label: word,
			weight: isCommon ? COMMON_WEIGHT : 1,
			alternatives: [{ phrase, matchWeight: 1 }],
			isObject: isObjectAt(words, place),
			isOwn: words[place - 1] === "my" || words[place - 1] === "our",
			isNext: place > 0 && left[i - 1]?.[0] === place - 1,
		});
		for (const concept of kin) addConcept(term, concept);
		if (isPlace(word)) await addAbroad(term, index);
		for (const concept of near) seen.add(concept);
		terms.push(term);
	}
}

/** Whether the terms of a question are about other countries. */
export const asksAboutAbroad = (terms: Term[]): boolean =>
	terms.some(
		(term) => !term.isTopic && term.alternatives.some(({ phrase }) => stemsKey(phrase) === "abroad"),
	);

/** Weight of a country's name for a text about other countries that does not name it. */
const ABROAD_WEIGHT = 0.7;

/** "Do you send to Norway" asks about other countries, whether or not a text names Norway. */
async function addAbroad(term: Term, { byStem }: ConceptIndex) {
	const [vector] = await stemTexts(["abroad"]);
	for (const concept of byStem.get(stemsKey(phraseOf(vector ?? new Map()))) ?? []) {
		if (isNear(concept)) addConcept(term, { ...concept, synonymWeight: ABROAD_WEIGHT });
	}
}

/** Adds the words that only frame a question with a low weight: they may still be in a text ("a name on it"). */
async function readFrame({ words, taken, terms }: QuestionReading) {
	const framing = [...new Set(words.filter((word, place) => !taken[place] && FRAME_WORDS.has(word)))];
	for (const vector of await stemTexts(framing)) {
		const phrase = phraseOf(vector);
		if (phrase.length === 0) continue;
		const alternatives = [{ phrase, matchWeight: 1 }];
		terms.push(newTerm({ label: "", weight: FRAME_WEIGHT, isTopic: true, likelihood: 0, alternatives }));
	}
}

async function topicTerm({ byStem }: ConceptIndex, { words, likelihood }: Topic): Promise<Term> {
	const topic = newTerm({ label: "", weight: TOPIC_WEIGHT * likelihood, isTopic: true, likelihood });
	for (const vector of await stemTexts(words)) {
		const phrase = phraseOf(vector);
		if (phrase.length > 0) topic.alternatives.push({ phrase, matchWeight: 1 });
		for (const concept of byStem.get(stemsKey(phrase)) ?? []) {
			if (isNear(concept)) addConcept(topic, { ...concept, pattern: undefined });
		}
	}
	return topic;
}
