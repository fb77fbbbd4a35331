import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { singleton } from "#app/singleton.server.ts";
import { COLUMNS_TOGETHER, type Kernel, ROWS_TOGETHER, startKernel } from "./kernel.ts";
import { type EncoderFile, type PackedMatrix, spreadMatrix, unpackFile, valueAt } from "./model.ts";
import { cutIntoPieces, indexPieces, type PieceIndex } from "./pieces.ts";

/**
 * Turns English text into 512 numbers that say what it means: the Universal Sentence Encoder Lite (Cer et al. 2018),
 * a transformer of two layers over pieces of words, whose mean is taken. It is in this process: nothing is sent
 * anywhere. docs/decisions/008-retrieval.md says why this one.
 */

/** Pieces that are read of a text; the model knows 128 places. What a passage is about is said by then. */
const MOST_PIECES = 64;
const HEADS = 4;
const WIDEST = 1_536;
/** Rows at a time, so that no other work waits longer than some two milliseconds. */
const ROWS_A_STEP = 16;
const TURN_MS = 4;
/** Work that nobody waits for leaves this much of a core to what somebody does wait for. */
const REST_SHARE = 3;

type Matrix = { at: number; rows: number; columns: number; worths: Float32Array };
type Encoder = {
	kernel: Kernel;
	pieces: PieceIndex;
	embeddings: PackedMatrix;
	matrix: (name: string) => Matrix;
	list: (name: string) => Float32Array;
	/** Where in the memory what is multiplied stands, and what comes of it. */
	input: number;
	output: number;
};

const started = () => singleton("encoder", () => ({ encoder: null as Promise<Encoder> | null }));

/** Reads the encoder ahead of the first question, which would wait a quarter of a second for it. */
export async function warmEncoder(): Promise<void> {
	await encoder();
}

/** Some 17 MB, read when it is first needed. */
function encoder(): Promise<Encoder> {
	const held = started();
	held.encoder ??= import("./encoder.model.json", { with: { type: "json" } }).then(({ default: file }) =>
		build(file as unknown as EncoderFile),
	);
	return held.encoder;
}

function build(file: EncoderFile): Encoder {
	const { matrices, lists, pieces } = unpackFile(file);
	const multiplied = [...matrices].filter(([name]) => name !== "embeddings");
	const bytes = multiplied.reduce((sum, [, { rows, columns }]) => sum + rows * columns, 0);
	const scratch = MOST_PIECES * WIDEST * 4;
	const kernel = startKernel(bytes + 2 * scratch);
	const placed = new Map<string, Matrix>();
	let at = 0;
	for (const [name, packed] of multiplied) {
		const { rows, columns } = packed;
		const worths = spreadMatrix(packed, new Int8Array(kernel.memory.buffer, at, rows * columns));
		placed.set(name, { at, rows, columns, worths });
		at += rows * columns;
	}
	const need = <Part>(parts: Map<string, Part>, name: string): Part => {
		const part = parts.get(name);
		if (part === undefined) throw new Error(`encoder.model.json has no ${name}; run npm run encoder:make.`);
		return part;
	};
	return {
		kernel,
		pieces: indexPieces({ texts: pieces, scores: need(lists, "pieceScores") }),
		embeddings: need(matrices, "embeddings"),
		matrix: (name) => need(placed, name),
		list: (name) => need(lists, name),
		input: at,
		output: at + scratch,
	};
}

/**
 * What a text means, as 512 numbers of length 1.
 * @param options.isPatient whether nobody waits for it, so that it takes a quarter of a core at most.
 */
export async function encodeMeaning(text: string, { isPatient = false } = {}): Promise<Float32Array> {
	const work = encode(await encoder(), text);
	let since = performance.now();
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
		const worked = performance.now() - since;
		if (worked < TURN_MS) continue;
		await (isPatient ? wait(worked * REST_SHARE) : nextTurn());
		since = performance.now();
	}
}

/** The whole network for one text; it pauses wherever other work may be let in between. */
function* encode(model: Encoder, text: string): Generator<void, Float32Array, void> {
	const pieces = cutIntoPieces(text, model.pieces, MOST_PIECES);
	let states = embed(model, pieces);
	for (const layer of [0, 1]) {
		const calm = normalised(states, model.list(`norm${layer}Scale`), model.list(`norm${layer}Bias`));
		const mixed = attend(yield* apply(model, `heads${layer}`, calm), pieces.length);
		const joined = yield* apply(model, `joined${layer}`, mixed);
		// The first layer widens the states, so that they cannot be added as they are.
		add(joined, layer === 0 ? yield* apply(model, "residual", states) : states);
		const scale = model.list(`wideNorm${layer}Scale`);
		const wide = yield* apply(
			model,
			`widen${layer}`,
			normalised(joined, scale, model.list(`wideNorm${layer}Bias`)),
		);
		for (let i = 0; i < wide.length; i++) if (wide[i]! < 0) wide[i] = 0;
		states = yield* apply(model, `narrow${layer}`, wide);
		add(states, joined);
	}
	const last = yield* apply(model, "last", mean(states, pieces.length));
	const meaning = last.map(Math.tanh);
	const length = Math.hypot(...meaning) || 1;
	return meaning.map((value) => value / length);
}

/** The vectors of the pieces, twice, and the places they stand at as waves (Vaswani et al. 2017). */
function embed({ embeddings, list }: Encoder, pieces: number[]): Float32Array {
	const { columns } = embeddings;
	const timing = list("timing");
	const states = new Float32Array(pieces.length * columns);
	for (const [place, piece] of pieces.entries()) {
		for (let i = 0; i < columns; i++) {
			const angle = place * timing[i % timing.length]!;
			const wave = i < timing.length ? Math.sin(angle) : Math.cos(angle);
			states[place * columns + i] = 2 * valueAt(embeddings, piece, i) + wave;
		}
	}
	return states;
}

/** Rows times a matrix plus its bias, some rows at a time. */
function* apply(model: Encoder, name: string, rows: Float32Array): Generator<void, Float32Array, void> {
	const { kernel, input, output } = model;
	const { at, rows: inner, columns, worths } = model.matrix(name);
	const bias = model.list(`${name}Bias`);
	const count = rows.length / inner;
	const result = new Float32Array(count * columns);
	for (let first = 0; first < count; first += ROWS_A_STEP) {
		const some = Math.min(ROWS_A_STEP, count - first);
		const padded = Math.ceil(some / ROWS_TOGETHER) * ROWS_TOGETHER;
		new Float32Array(kernel.memory.buffer, input, some * inner).set(
			rows.subarray(first * inner, (first + some) * inner),
		);
		kernel.multiply(input, at, output, padded, inner, columns - (columns % COLUMNS_TOGETHER));
		const sums = new Float32Array(kernel.memory.buffer, output, some * columns);
		for (let i = 0; i < sums.length; i++) {
			const column = i % columns;
			result[first * columns + i] = sums[i]! * worths[column]! + bias[column]!;
		}
		yield;
	}
	return result;
}

/** Each row brought to mean 0 and variance 1, then scaled (Ba et al. 2016). */
function normalised(rows: Float32Array, scale: Float32Array, bias: Float32Array): Float32Array {
	const width = scale.length;
	const result = new Float32Array(rows.length);
	for (let start = 0; start < rows.length; start += width) {
		let sum = 0;
		for (let i = 0; i < width; i++) sum += rows[start + i]!;
		const middle = sum / width;
		let squares = 0;
		for (let i = 0; i < width; i++) squares += (rows[start + i]! - middle) ** 2;
		const spread = Math.sqrt(squares / width + 1e-6);
		for (let i = 0; i < width; i++) {
			result[start + i] = ((rows[start + i]! - middle) / spread) * scale[i]! + bias[i]!;
		}
	}
	return result;
}

/** Attention in four heads. @param asked queries, keys and values of each row, one behind the other. */
function attend(asked: Float32Array, count: number): Float32Array {
	const row = asked.length / count;
	const width = row / 3;
	const head = width / HEADS;
	const mixed = new Float32Array(count * width);
	const weights = new Float64Array(count);
	for (let h = 0; h < HEADS; h++) {
		for (let i = 0; i < count; i++) {
			let largest = Number.NEGATIVE_INFINITY;
			for (let j = 0; j < count; j++) {
				let dot = 0;
				for (let d = h * head; d < (h + 1) * head; d++)
					dot += asked[i * row + d]! * asked[j * row + width + d]!;
				weights[j] = dot / Math.sqrt(head);
				largest = Math.max(largest, weights[j]!);
			}
			let sum = 0;
			for (let j = 0; j < count; j++) sum += weights[j] = Math.exp(weights[j]! - largest);
			for (let j = 0; j < count; j++) {
				const share = weights[j]! / sum;
				for (let d = h * head; d < (h + 1) * head; d++) {
					mixed[i * width + d]! += share * asked[j * row + 2 * width + d]!;
				}
			}
		}
	}
	return mixed;
}

function add(to: Float32Array, other: Float32Array): void {
	for (let i = 0; i < to.length; i++) to[i]! += other[i]!;
}

function mean(rows: Float32Array, count: number): Float32Array {
	const width = rows.length / count;
	const result = new Float32Array(width);
	for (let i = 0; i < rows.length; i++) result[i % width]! += rows[i]! / count;
	return result;
}
