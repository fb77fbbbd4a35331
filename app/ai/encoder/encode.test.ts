import { describe, expect, it } from "vitest";
import { computeEmbedding } from "./encode.server.ts";
import modelFile from "./encoder.model.json" with { type: "json" };
import { createKernel } from "./kernel.ts";
import {
	type EncoderFile,
	packBytes,
	packMatrix,
	readMatrixValue,
	unpackFile,
	unpackMatrixToBytes,
} from "./model.ts";
import { cutIntoPieces, indexPieces } from "./pieces.ts";

const cosine = (a: Float32Array, b: Float32Array) =>
	a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const file = modelFile as unknown as EncoderFile;

/** Pseudo-random numbers from -1 to 1; each run of the tests gets the same numbers. */
const numbers = (count: number) =>
	Float32Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + i * i));

describe("the encoder", () => {
	it("is as near to the original model as four bits allow", async () => {
		// Cosine similarities by the original model with 32-bit weights, computed outside this project.
		const texts = [
			"can i send it back",
			"the customer may return unused goods within 30 days",
			"We deliver on Monday to Friday",
			"how do i cook an egg",
			"What time does the store open?",
		];
		const original = [
			[1, 0.31, 0.31, 0.21, 0.27],
			[0.31, 1, 0.45, 0.13, 0.42],
			[0.31, 0.45, 1, 0.16, 0.45],
			[0.21, 0.13, 0.16, 1, 0.27],
			[0.27, 0.42, 0.45, 0.27, 1],
		];
		const vectors = await Promise.all(texts.map((text) => computeEmbedding(text)));
		for (const [i, row] of original.entries()) {
			for (const [j, expected] of row.entries()) {
				expect(Math.abs(cosine(vectors[i]!, vectors[j]!) - expected)).toBeLessThan(0.1);
			}
		}
	});

	it("gives the same embedding for a text while other texts are encoded, patiently or not", async () => {
		const alone = await computeEmbedding("the wheel came off after a week");
		const long = "A sentence that takes a while, since it goes on. ".repeat(20);
		const [together] = await Promise.all([
			computeEmbedding("the wheel came off after a week", { isPatient: true }),
			computeEmbedding(long),
			computeEmbedding(long, { isPatient: true }),
		]);
		expect(cosine(alone, together)).toBeCloseTo(1, 6);
	});

	it("makes something of any text at all", async () => {
		for (const text of ["", " ", "\u0000", "😀😀😀", "漢字", "x".repeat(5_000)]) {
			const vector = await computeEmbedding(text);
			expect(vector).toHaveLength(512);
			expect(cosine(vector, vector)).toBeCloseTo(1, 5);
		}
	});
});

describe("the kernel", () => {
	it("multiplies as plain arithmetic does", () => {
		const [rows, inner, columns] = [8, 32, 24];
		const weights = numbers(inner * columns);
		const packed = packMatrix(weights, [inner, columns]);
		const parts = { m: [inner, columns] };
		const about = { name: "", source: "", licence: "", pieces: packBytes(Buffer.from("a")) };
		const { matrices } = unpackFile({ ...about, parts, weights: packBytes(packed) });
		const matrix = matrices.get("m")!;
		const { memory, multiply } = createKernel(65_536);
		const worths = unpackMatrixToBytes(matrix, new Int8Array(memory.buffer, 0, inner * columns));
		const x = numbers(rows * inner);
		new Float32Array(memory.buffer, 8_192, x.length).set(x);
		multiply(8_192, 0, 16_384, rows, inner, columns);
		const out = new Float32Array(memory.buffer, 16_384, rows * columns);
		for (let row = 0; row < rows; row++) {
			for (let column = 0; column < columns; column++) {
				let sum = 0;
				for (let k = 0; k < inner; k++) sum += x[row * inner + k]! * readMatrixValue(matrix, k, column);
				// The kernel's weights are bytes instead of floats, so its results are slightly less exact.
				expect(Math.abs(out[row * columns + column]! * worths[column]! - sum)).toBeLessThan(0.08);
			}
		}
	});
});

describe("pieces", () => {
	it("are the likeliest that make up the text", () => {
		const { lists, pieces } = unpackFile(file);
		const index = indexPieces({ texts: pieces, scores: lists.get("pieceScores")! });
		const cut = (text: string, limit = 99) => cutIntoPieces(text, index, limit).map((piece) => pieces[piece]);
		expect(cut("Hello, can I return my bike?")).toEqual(
			["▁H", "ello", ",", "▁can", "▁I", "▁return", "▁my", "▁bike", "?"], // The pieces by the original tokenizer.
		);
		expect(cut("return my bike", 2)).toEqual(["▁return", "▁my"]);
	});
});
