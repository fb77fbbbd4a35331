import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";
import { COLUMNS_TOGETHER } from "./kernel.ts";

/** The encoder as it is kept in `encoder.model.json`, made by `npm run encoder:make`. */
export type EncoderFile = {
	/** Changes whenever its vectors would. */
	name: string;
	source: string;
	licence: string;
	/** Pieces of words, one a line; Brotli, then base64, as the weights are. */
	pieces: string;
	/** What is in `weights`, one after the other. A matrix has two numbers, a list of floats one. */
	parts: Record<string, number[]>;
	/** Brotli, then base64. */
	weights: string;
};

/** A matrix in four bits: `[rows][columns / 2]` bytes, and a scale for each 32 rows of a column. */
export type PackedMatrix = {
	rows: number;
	columns: number;
	nibbles: Uint8Array;
	scales: Uint8Array;
	unit: number;
};

const GROUP_ROWS = 32;
/** Four bits hold -7 to 7, kept as 1 to 15. */
const LARGEST = 7;
const ZERO = 8;

/** Packs a matrix of floats, row after row. `rows` must be a multiple of 32, or a single one. */
export function packMatrix(values: Float32Array, [rows, columns]: [number, number]): Buffer {
	const groups = Math.ceil(rows / GROUP_ROWS);
	const largest = new Float32Array(groups * columns);
	for (let at = 0; at < values.length; at++) {
		const group = Math.floor(Math.floor(at / columns) / GROUP_ROWS) * columns + (at % columns);
		largest[group] = Math.max(largest[group]!, Math.abs(values[at]!));
	}
	const unit =
		Math.max(...[...Array(groups).keys()].map((g) => maximum(largest, g * columns, columns))) / 255;
	const scales = Uint8Array.from(largest, (value) => Math.max(1, Math.ceil(value / unit)));
	const nibbles = new Uint8Array(values.length / 2);
	for (let at = 0; at < values.length; at++) {
		const group = Math.floor(Math.floor(at / columns) / GROUP_ROWS) * columns + (at % columns);
		const step = (scales[group]! * unit) / LARGEST;
		const value = Math.max(-LARGEST, Math.min(LARGEST, Math.round(values[at]! / step))) + ZERO;
		nibbles[at >> 1]! |= at & 1 ? value << 4 : value;
	}
	return Buffer.concat([Buffer.from(Float32Array.of(unit).buffer), scales, nibbles]);
}

function maximum(values: Float32Array, from: number, count: number): number {
	let largest = 0;
	for (let i = from; i < from + count; i++) largest = Math.max(largest, values[i]!);
	return largest;
}

/** Bytes as they stand in the file. */
export function packBytes(bytes: Buffer): string {
	const params = {
		[constants.BROTLI_PARAM_QUALITY]: 11,
		[constants.BROTLI_PARAM_LGWIN]: 24,
		[constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
	};
	return brotliCompressSync(bytes, { params }).toString("base64");
}

const unpackBytes = (packed: string): Buffer => brotliDecompressSync(Buffer.from(packed, "base64"));

/** Everything the file holds, by name: matrices still packed, lists of floats as they are. */
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
		const scales = Uint8Array.from(take(Math.ceil(rows / GROUP_ROWS) * columns));
		const nibbles = Uint8Array.from(take((rows * columns) / 2));
		matrices.set(name, { rows, columns, nibbles, scales, unit });
	}
	return { matrices, lists, pieces: unpackBytes(file.pieces).toString("utf8").split("\n") };
}

/** One value of a packed matrix. */
export function valueAt(
	{ columns, nibbles, scales, unit }: PackedMatrix,
	row: number,
	column: number,
): number {
	const at = row * columns + column;
	const nibble = at & 1 ? nibbles[at >> 1]! >> 4 : nibbles[at >> 1]! & 15;
	const scale = scales[Math.floor(row / GROUP_ROWS) * columns + column]!;
	return ((nibble - ZERO) * scale * unit) / LARGEST;
}

/**
 * Writes a matrix as signed bytes in the order the kernel reads them.
 * @returns what a byte of each column is worth.
 */
export function spreadMatrix(packed: PackedMatrix, into: Int8Array): Float32Array {
	const { rows, columns, scales, unit } = packed;
	const worths = new Float32Array(columns);
	for (const [i, scale] of scales.entries()) {
		worths[i % columns] = Math.max(worths[i % columns]!, (scale * unit) / 127);
	}
	for (let row = 0; row < rows; row++) {
		for (let column = 0; column < columns; column++) {
			const block = Math.floor(column / COLUMNS_TOGETHER) * COLUMNS_TOGETHER;
			const at = block * rows + row * COLUMNS_TOGETHER + (column - block);
			into[at] = Math.round(valueAt(packed, row, column) / worths[column]!);
		}
	}
	return worths;
}
