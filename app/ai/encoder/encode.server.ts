import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { singleton } from "#app/singleton.server.ts";
import { COLUMNS_PER_BLOCK, createKernel, type Kernel, ROWS_PER_BLOCK } from "./kernel.ts";
import {
	type EncoderFile,
	type PackedMatrix,
	readMatrixValue,
	unpackFile,
	unpackMatrixToBytes,
} from "./model.ts";
import { cutIntoPieces, indexPieces, type PieceIndex } from "./pieces.ts";

/**
 * Computes embeddings of English text (512 numbers) in this process, without another server. The model is the Universal
 * Sentence Encoder Lite (Cer et al. 2018): a transformer of two layers over word pieces whose outputs are averaged.
 * docs/decisions/008-retrieval.md explains the choice.
 */

/**
 * Word pieces of a text that the encoder reads; later ones are ignored. The model supports 128, but the topic of a
 * passage is clear earlier.
 */
const MAX_PIECES = 64;
const ATTENTION_HEADS = 4;
const MAX_WIDTH = 1_536;
/** Rows of a matrix that are multiplied before a pause, so that other work of the process waits at most about 2 ms. */
const ROWS_PER_STEP = 16;
const MAX_BUSY_MS = 4;
/** Length of a pause in a patient encoding, as a multiple of the working time before the pause. */
const PAUSE_FACTOR = 3;

type EncoderMatrix = { at: number; rows: number; columns: number; columnFactors: Float32Array };
type Encoder = {
	kernel: Kernel;
	pieces: PieceIndex;
	embeddings: PackedMatrix;
	matrix: (name: string) => EncoderMatrix;
	list: (name: string) => Float32Array;
	/** Byte addresses of the input matrix and the output matrix in the kernel's memory. */
	input: number;
	output: number;
};

const getEncoderState = () => singleton("encoder", () => ({ loadEncoder: null as Promise<Encoder> | null }));

/**
 * Loads the encoder at the start of the process. Otherwise the first question would wait a quarter of a second for the
 * loading.
 */
export async function preloadEncoder(): Promise<void> {
	await getEncoder();
}

/** Loads the encoder on its first use (about 17 MB of memory). */
function getEncoder(): Promise<Encoder> {
	const held = getEncoderState();
	held.loadEncoder ??= import("./encoder.model.json", { with: { type: "json" } }).then(({ default: file }) =>
		createEncoder(file as unknown as EncoderFile),
	);
	return held.loadEncoder;
}

function createEncoder(file: EncoderFile): Encoder {
	const { matrices, lists, pieces } = unpackFile(file);
	const multiplied = [...matrices].filter(([name]) => name !== "embeddings");
	const bytes = multiplied.reduce((sum, [, { rows, columns }]) => sum + rows * columns, 0);
	const scratch = MAX_PIECES * MAX_WIDTH * 4;
	const kernel = createKernel(bytes + 2 * scratch);
	const placed = new Map<string, EncoderMatrix>();
	let at = 0;
	for (const [name, packed] of multiplied) {
		const { rows, columns } = packed;
		const columnFactors = unpackMatrixToBytes(
			packed,
			new Int8Array(kernel.memory.buffer, at, rows * columns),
		);
		placed.set(name, { at, rows, columns, columnFactors });
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
 * Computes the embedding of a text: 512 numbers, normalised to length 1.
 * @param options.isPatient true uses at most a quarter of a processor core, for work that nobody waits for.
 */
export async function computeEmbedding(text: string, { isPatient = false } = {}): Promise<Float32Array> {
	const work = runNetwork(await getEncoder(), text);
	let since = performance.now();
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
		const worked = performance.now() - since;
		if (worked < MAX_BUSY_MS) continue;
		await (isPatient ? delay(worked * PAUSE_FACTOR) : nextTurn());
		since = performance.now();
	}
}

/** Runs the encoder's network for one text. The function pauses wherever other work of the process may run. */
function* runNetwork(model: Encoder, text: string): Generator<void, Float32Array, void> {
	const pieces = cutIntoPieces(text, model.pieces, MAX_PIECES);
	let states = embedPieces(model, pieces);
	for (const layer of [0, 1]) {
		const calm = normaliseRows(states, model.list(`norm${layer}Scale`), model.list(`norm${layer}Bias`));
		const mixed = computeAttention(yield* multiplyRows(model, `heads${layer}`, calm), pieces.length);
		const joined = yield* multiplyRows(model, `joined${layer}`, mixed);
		// The first layer changes the number of columns, so the layer's input cannot be added to its output.
		addTo(joined, layer === 0 ? yield* multiplyRows(model, "residual", states) : states);
		const scale = model.list(`wideNorm${layer}Scale`);
		const wide = yield* multiplyRows(
			model,
			`widen${layer}`,
			normaliseRows(joined, scale, model.list(`wideNorm${layer}Bias`)),
		);
		for (let i = 0; i < wide.length; i++) if (wide[i]! < 0) wide[i] = 0;
		states = yield* multiplyRows(model, `narrow${layer}`, wide);
		addTo(states, joined);
	}
	const last = yield* multiplyRows(model, "last", meanOfRows(states, pieces.length));
	const meaning = last.map(Math.tanh);
	const length = Math.hypot(...meaning) || 1;
	return meaning.map((value) => value / length);
}

/**
 * Returns the input of the network: the embeddings of the word pieces, twice, plus sine and cosine position encodings
 * (Vaswani et al. 2017).
 */
function embedPieces({ embeddings, list }: Encoder, pieces: number[]): Float32Array {
	const { columns } = embeddings;
	const timing = list("timing");
	const states = new Float32Array(pieces.length * columns);
	for (const [place, piece] of pieces.entries()) {
		for (let i = 0; i < columns; i++) {
			const angle = place * timing[i % timing.length]!;
			const wave = i < timing.length ? Math.sin(angle) : Math.cos(angle);
			states[place * columns + i] = 2 * readMatrixValue(embeddings, piece, i) + wave;
		}
	}
	return states;
}

/** Multiplies the rows of an input by a matrix and adds the matrix's bias, some rows at a time. */
function* multiplyRows(
	model: Encoder,
	name: string,
	rows: Float32Array,
): Generator<void, Float32Array, void> {
	const { kernel, input, output } = model;
	const { at, rows: inner, columns, columnFactors } = model.matrix(name);
	const bias = model.list(`${name}Bias`);
	const count = rows.length / inner;
	const result = new Float32Array(count * columns);
	for (let first = 0; first < count; first += ROWS_PER_STEP) {
		const some = Math.min(ROWS_PER_STEP, count - first);
		const padded = Math.ceil(some / ROWS_PER_BLOCK) * ROWS_PER_BLOCK;
		new Float32Array(kernel.memory.buffer, input, some * inner).set(
			rows.subarray(first * inner, (first + some) * inner),
		);
		kernel.multiply(input, at, output, padded, inner, columns - (columns % COLUMNS_PER_BLOCK));
		const sums = new Float32Array(kernel.memory.buffer, output, some * columns);
		for (let i = 0; i < sums.length; i++) {
			const column = i % columns;
			result[first * columns + i] = sums[i]! * columnFactors[column]! + bias[column]!;
		}
		yield;
	}
	return result;
}

/**
 * Applies layer normalisation (Ba et al. 2016): each row gets mean 0 and variance 1, and is then multiplied by a scale
 * and increased by a bias.
 */
function normaliseRows(rows: Float32Array, scale: Float32Array, bias: Float32Array): Float32Array {
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

/**
 * Computes attention with four heads.
 * @param asked for each row its queries, keys and values, one after another.
 */
function computeAttention(asked: Float32Array, count: number): Float32Array {
	const row = asked.length / count;
	const width = row / 3;
	const head = width / ATTENTION_HEADS;
	const mixed = new Float32Array(count * width);
	const weights = new Float64Array(count);
	for (let h = 0; h < ATTENTION_HEADS; h++) {
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

function addTo(to: Float32Array, other: Float32Array): void {
	for (let i = 0; i < to.length; i++) to[i]! += other[i]!;
}

function meanOfRows(rows: Float32Array, count: number): Float32Array {
	const width = rows.length / count;
	const result = new Float32Array(width);
	for (let i = 0; i < rows.length; i++) result[i % width]! += rows[i]! / count;
	return result;
}
