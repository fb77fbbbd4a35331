import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { COLUMNS_PER_BLOCK } from "./kernel.ts";

/** The encoder as stored in `encoder.model.json`. `npm run encoder:make` writes this file. */
export type EncoderFile = {
	/** Name of the encoder's version. It must change whenever the embeddings change. */
	name: string;
	source: string;
	licence: string;
	/** The encoder's word pieces, one per line; compressed with Brotli, then base64. */
	pieces: string;
	/** The matrices and lists in `weights` in their order, with their sizes: two numbers for a matrix, one for a list. */
	parts: Record<string, number[]>;
	/** The bytes of all matrices and lists; compressed with Brotli, then base64. */
	weights: string;
};

/** A matrix with four bits per value: `[rows][columns / 2]` bytes, and a scale for each 32 rows of a column. */
export type PackedMatrix = {
	rows: number;
	columns: number;
	nibbles: Uint8Array;
	scales: Uint8Array;
	unit: number;
};

const ROWS_PER_SCALE = 32;
/** Largest value in a packed matrix. Values are -7 to 7, stored as 1 to 15. */
const MAX_NIBBLE_VALUE = 7;
const NIBBLE_ZERO = 8;

/** Packs a matrix of floats into four bits per value. `rows` must be 1 or a multiple of 32. */
export function packMatrix(values: Float32Array, [rows, columns]: [number, number]): Buffer {
	const groups = Math.ceil(rows / ROWS_PER_SCALE);
	const largest = new Float32Array(groups * columns);
	for (let at = 0; at < values.length; at++) {
		const group = Math.floor(Math.floor(at / columns) / ROWS_PER_SCALE) * columns + (at % columns);
		largest[group] = Math.max(largest[group]!, Math.abs(values[at]!));
	}
	const unit =
		Math.max(...[...Array(groups).keys()].map((g) => maxAbsolute(largest, g * columns, columns))) / 255;
	const scales = Uint8Array.from(largest, (value) => Math.max(1, Math.ceil(value / unit)));
	const nibbles = new Uint8Array(values.length / 2);
	for (let at = 0; at < values.length; at++) {
		const group = Math.floor(Math.floor(at / columns) / ROWS_PER_SCALE) * columns + (at % columns);
		const step = (scales[group]! * unit) / MAX_NIBBLE_VALUE;
		const value =
			Math.max(-MAX_NIBBLE_VALUE, Math.min(MAX_NIBBLE_VALUE, Math.round(values[at]! / step))) + NIBBLE_ZERO;
		nibbles[at >> 1]! |= at & 1 ? value << 4 : value;
	}
	return Buffer.concat([Buffer.from(Float32Array.of(unit).buffer), scales, nibbles]);
}

function maxAbsolute(values: Float32Array, from: number, count: number): number {
	let largest = 0;
	for (let i = from; i < from + count; i++) largest = Math.max(largest, values[i]!);
	return largest;
}

/** Compresses bytes for the encoder's model file, with Brotli and base64. */
export function packBytes(bytes: Buffer): string {
	const params = {
		[constants.BROTLI_PARAM_QUALITY]: 11,
		[constants.BROTLI_PARAM_LGWIN]: 24,
		[constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
	};
	return brotliCompressSync(bytes, { params }).toString("base64");
}

const unpackBytes = (packed: string): Buffer => brotliDecompressSync(Buffer.from(packed, "base64"));

/**
 * Unpacks the matrices and lists of the encoder's model file by name. Matrices stay in four bits per value, lists
 * become floats.
 */
export function unpackFile(file: EncoderFile) {
	const bytes = unpackBytes(file.weights);
	const matrices = new Map<string, PackedMatrix>();
	const lists = new Map<string, Float32Array>();
	let at = 0;
	const take = (count: number) => {
		at += count;
		return bytes.subarray(at - count, at);
	};
	const floats = (count: number) => new Float32Array(Uint8Array.from(take(count * 4)).buffer);
	for (const [name, [rows = 0, columns]] of Object.entries(file.parts)) {
		if (columns === undefined) {
			lists.set(name, floats(rows));
			continue;
		}
		const unit = floats(1)[0]!;
		const scales = Uint8Array.from(take(Math.ceil(rows / ROWS_PER_SCALE) * columns));
		const nibbles = Uint8Array.from(take((rows * columns) / 2));
		matrices.set(name, { rows, columns, nibbles, scales, unit });
	}
	return { matrices, lists, pieces: unpackBytes(file.pieces).toString("utf8").split("\n") };
}

/** Reads one value of a packed matrix (four bits per value). */
export function readMatrixValue(
	{ columns, nibbles, scales, unit }: PackedMatrix,
	row: number,
	column: number,
): number {
	const at = row * columns + column;
	const nibble = at & 1 ? nibbles[at >> 1]! >> 4 : nibbles[at >> 1]! & 15;
	const scale = scales[Math.floor(row / ROWS_PER_SCALE) * columns + column]!;
	return ((nibble - NIBBLE_ZERO) * scale * unit) / MAX_NIBBLE_VALUE;
}

/**
 * Unpacks a matrix from four bits per value to signed bytes in the kernel's layout.
 * @returns the factor from a byte to its float value, for each column.
 */
export function unpackMatrixToBytes(packed: PackedMatrix, into: Int8Array): Float32Array {
	const { rows, columns, scales, unit } = packed;
	const columnFactors = new Float32Array(columns);
	for (const [i, scale] of scales.entries()) {
		columnFactors[i % columns] = Math.max(columnFactors[i % columns]!, (scale * unit) / 127);
	}
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			const block = Math.floor(column / COLUMNS_PER_BLOCK) * COLUMNS_PER_BLOCK;
			const at = block * rows + row * COLUMNS_PER_BLOCK + (column - block);
			into[at] = Math.round(readMatrixValue(packed, row, column) / columnFactors[column]!);
		}
	}
	return columnFactors;
}
