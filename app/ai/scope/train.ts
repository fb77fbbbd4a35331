/** An example for the training: the features of a message, and whether it is one for a store's support. */
export type ScopeExample = { features: Map<number, number>; isForStore: boolean };

/** A linear model: the log-odds are the bias plus the sum of the features times their weights. */
export type LinearModel = { weights: Float32Array; bias: number };

/** One message of this many is left out of the training. */
const LEFT_OUT_PARTS = 5;
const EPOCHS = 10;
const LEARNING_RATE = 0.3;
const L2_FACTOR = 1e-4;
/** Start of the sums of squared gradients, so that the first steps are not too long. */
const FIRST_SQUARE = 1e-4;

/**
 * Trains a logistic regression with Adagrad (Duchi et al. 2011) and an L2 penalty. The order of the examples is mixed by
 * a fixed rule, so equal examples give equal weights.
 * @param count number of possible features.
 */
export function trainScope(examples: ScopeExample[], count: number): LinearModel {
	const weights = new Float32Array(count);
	const squares = new Float32Array(count).fill(FIRST_SQUARE);
	let bias = 0;
	let biasSquares = FIRST_SQUARE;
	for (let epoch = 0; epoch < EPOCHS; epoch++) {
		for (const { features, isForStore } of mixed(examples, epoch)) {
			const error = 1 / (1 + Math.exp(-logOdds({ weights, bias }, features))) - Number(isForStore);
			for (const [at, value] of features) {
				const gradient = error * value + L2_FACTOR * weights[at]!;
				squares[at]! += gradient * gradient;
				weights[at]! -= (LEARNING_RATE * gradient) / Math.sqrt(squares[at]!);
			}
			biasSquares += error * error;
			bias -= (LEARNING_RATE * error) / Math.sqrt(biasSquares);
		}
	}
	return { weights, bias };
}

/**
 * Whether the message in a line of an example file is left out of the training. `scope:train` measures the model with
 * these messages, and `evidence:train` needs messages that the model has not seen.
 */
export const isLeftOut = (line: number): boolean => line % LEFT_OUT_PARTS === 0;

/** The log-odds that a message with these features is one for a store's support. */
export function logOdds({ weights, bias }: LinearModel, features: Map<number, number>): number {
	let sum = bias;
	for (const [at, value] of features) sum += value * weights[at]!;
	return sum;
}

/** The examples in an order that is different in each epoch: every `step`-th one, where `step` has no common divisor. */
function mixed(examples: ScopeExample[], epoch: number): ScopeExample[] {
	const count = examples.length;
	let step = Math.floor(count * 0.618) + epoch * 2 + 1;
	while (greatestCommonDivisor(step, count) > 1) step++;
	return Array.from({ length: count }, (_, i) => examples[(i * step) % count]!);
}

const greatestCommonDivisor = (a: number, b: number): number =>
	b === 0 ? a : greatestCommonDivisor(b, a % b);

/** The area under the ROC curve: how often a positive example has a higher score than a negative one. */
export function areaUnderCurve(scored: { score: number; isForStore: boolean }[]): number {
	const sorted = [...scored].sort((a, b) => a.score - b.score);
	let ranks = 0;
	let positives = 0;
	for (const [rank, { isForStore }] of sorted.entries()) {
		if (!isForStore) continue;
		ranks += rank + 1;
		positives++;
	}
	return (ranks - (positives * (positives + 1)) / 2) / (positives * (sorted.length - positives));
}
