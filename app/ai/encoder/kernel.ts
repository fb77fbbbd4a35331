/**
 * A WebAssembly module that multiplies a matrix of floats by a matrix of signed bytes, which is nearly all the work of
 * the encoder. With vectors of four floats it needs a tenth of the time of JavaScript, and no native module. This file
 * assembles the few dozen instructions itself, so no compiler is needed.
 */

/**
 * Rows of the output that are computed together. Each byte of the matrix is then converted to a float once for four
 * rows.
 */
export const ROWS_PER_BLOCK = 4;
/**
 * Columns of the output that are computed together. The bytes of the matrix are laid out as `[columns / 8][inner][8]`.
 */
export const COLUMNS_PER_BLOCK = 8;

const PAGE_BYTES = 65_536;
const VOID = 0x40;
const END = 0x0b;
const I32 = 0x7f;
const V128 = 0x7b;

const [X, W, OUT, ROWS, INNER, COLUMNS] = [0, 1, 2, 3, 4, 5];
const [X_AT, W_AT, OUT_AT, K, J, X_ROW, OUT_ROW] = [6, 7, 8, 9, 10, 11, 12];
const FIRST_VECTOR = 13;
const SUMS = Array.from({ length: ROWS_PER_BLOCK * 2 }, (_, i) => FIRST_VECTOR + i);
const LOW = FIRST_VECTOR + SUMS.length;
const HIGH = LOW + 1;
const SPLAT = LOW + 2;

/** Encodes a number as LEB128, the variable-length integer format of WebAssembly. */
function encodeLeb128(value: number): number[] {
	return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encodeLeb128(value >>> 7)];
}
/** Returns the WebAssembly instruction for a constant from 0 to 63, whose signed LEB128 form is the byte itself. */
const constant = (value: number) => [0x41, value];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const vector = (code: number) => [0xfd, ...encodeLeb128(code)];
const ADD = [0x6a];
const SUBTRACT = [0x6b];
const SHIFT_LEFT = [0x74];
const REPEAT_IF = [0x0d, 0];
const LOAD_EIGHT_BYTES = [...vector(0x01), 0, 0];
const LOAD_SPLAT = [...vector(0x09), 2, 0];
const ZEROS = [...vector(0x0c), ...Array<number>(16).fill(0)];
const WIDEN_LOW = vector(0xa7);
const WIDEN_HIGH = vector(0xa8);
const TO_FLOAT = vector(0xfa);
const ADD_FLOATS = vector(0xe4);
const MULTIPLY_FLOATS = vector(0xe6);

const loop = (...body: number[][]) => [0x03, VOID, ...body.flat(), END];
const increase = (local: number, ...by: number[][]) => [get(local), ...by, ADD, set(local)].flat();
const countDown = (local: number, by: number) =>
	[get(local), constant(by), SUBTRACT, [0x22, local], REPEAT_IF].flat();

/**
 * The instructions that compute out[row][column] = sum of x[row][k] * w[k][column], for four rows and eight columns at
 * a time.
 */
function buildInstructions(): number[] {
	const step = [
		[...get(W_AT), ...LOAD_EIGHT_BYTES, ...set(SPLAT)],
		[...get(SPLAT), ...WIDEN_LOW, ...TO_FLOAT, ...set(LOW)],
		[...get(SPLAT), ...WIDEN_HIGH, ...TO_FLOAT, ...set(HIGH)],
		...Array.from({ length: ROWS_PER_BLOCK }, (_, row) => {
			const at = [...get(X_AT), ...get(X_ROW), ...constant(row), 0x6c, ...ADD];
			const add = (sum: number, by: number) =>
				[get(sum), get(SPLAT), get(by), MULTIPLY_FLOATS, ADD_FLOATS, set(sum)].flat();
			return [
				...at,
				...LOAD_SPLAT,
				...set(SPLAT),
				...add(SUMS[row * 2]!, LOW),
				...add(SUMS[row * 2 + 1]!, HIGH),
			];
		}),
		increase(W_AT, constant(COLUMNS_PER_BLOCK)),
		increase(X_AT, constant(4)),
		countDown(K, 1),
	];
	const store = SUMS.flatMap((sum, i) => {
		const at = [...get(OUT_AT), ...get(OUT_ROW), ...constant(i >> 1), 0x6c, ...ADD];
		return [...at, ...get(sum), ...vector(0x0b), 4, ...encodeLeb128((i & 1) * 16)];
	});
	const block = [
		...SUMS.map((sum) => [...ZEROS, ...set(sum)]),
		[...get(X), ...set(X_AT)],
		[...get(INNER), ...set(K)],
		loop(...step),
		store,
		increase(OUT_AT, constant(32)),
		countDown(J, COLUMNS_PER_BLOCK),
	];
	const rows = [
		[...get(W), ...set(W_AT), ...get(OUT), ...set(OUT_AT), ...get(COLUMNS), ...set(J)],
		loop(...block),
		increase(X, get(X_ROW), constant(2), SHIFT_LEFT),
		increase(OUT, get(OUT_ROW), constant(2), SHIFT_LEFT),
		countDown(ROWS, ROWS_PER_BLOCK),
	];
	const strides = [
		[...get(INNER), ...constant(2), ...SHIFT_LEFT, ...set(X_ROW)],
		[...get(COLUMNS), ...constant(2), ...SHIFT_LEFT, ...set(OUT_ROW)],
	].flat();
	return [...strides, ...loop(...rows), END];
}

const encodeModuleSection = (id: number, body: number[]) => [id, ...encodeLeb128(body.length), ...body];
const encodeModuleName = (text: string) => [text.length, ...Buffer.from(text)];

function buildModule(): Uint8Array<ArrayBuffer> {
	const locals = [2, 7, I32, SUMS.length + 3, V128];
	const body = [...locals, ...buildInstructions()];
	return Uint8Array.from([
		...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
		...encodeModuleSection(1, [1, 0x60, 6, I32, I32, I32, I32, I32, I32, 0]),
		...encodeModuleSection(2, [1, ...encodeModuleName("m"), ...encodeModuleName("memory"), 2, 0, 0]),
		...encodeModuleSection(3, [1, 0]),
		...encodeModuleSection(7, [1, ...encodeModuleName("multiply"), 0, 0]),
		...encodeModuleSection(10, [1, ...encodeLeb128(body.length), ...body]),
	]);
}

export type Kernel = {
	memory: WebAssembly.Memory;
	/**
	 * Multiplies the floats `x` by the bytes `w` and writes the result to `out`. All three are byte addresses in `memory`.
	 * `rows` is a multiple of 4, `columns` of 8.
	 * @param x `[rows][inner]` floats.
	 * @param w `[columns / 8][inner][8]` signed bytes.
	 * @param out `[rows][columns]` floats.
	 */
	multiply: (x: number, w: number, out: number, rows: number, inner: number, columns: number) => void;
};

/**
 * Creates a kernel for matrix multiplication.
 * @param bytes size of the kernel's memory for matrices, input and output.
 */
export function createKernel(bytes: number): Kernel {
	const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) });
	const instance = new WebAssembly.Instance(new WebAssembly.Module(buildModule()), { m: { memory } });
	return { memory, multiply: instance.exports.multiply as Kernel["multiply"] };
}
