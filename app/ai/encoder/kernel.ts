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
const WASM_VOID_TYPE = 0x40;
const WASM_END = 0x0b;
const I32 = 0x7f;
const V128_TYPE_CODE = 0x7b;

const [X, W, OUT, ROWS, INNER, COLUMNS] = [0, 1, 2, 3, 4, 5];
const [X_AT, W_AT, OUT_AT, K, J, X_ROW, OUT_ROW] = [6, 7, 8, 9, 10, 11, 12];
const FIRST_VECTOR = 13;
const SUM_LOCALS = Array.from({ length: ROWS_PER_BLOCK * 2 }, (_, i) => FIRST_VECTOR + i);
const LOW_HALF_LOCAL = FIRST_VECTOR + SUM_LOCALS.length;
const HIGH_HALF_LOCAL = LOW_HALF_LOCAL + 1;
const SPLAT_LOCAL = LOW_HALF_LOCAL + 2;

/** Encodes a number as LEB128, the variable-length integer format of WebAssembly. */
function encodeLeb128(value: number): number[] {
	return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encodeLeb128(value >>> 7)];
}
/** Returns the WebAssembly instruction for a constant from 0 to 63, whose signed LEB128 form is the byte itself. */
const pushConstant = (value: number) => [0x41, value];
const getLocal = (local: number) => [0x20, local];
const setLocal = (local: number) => [0x21, local];
const vectorInstruction = (code: number) => [0xfd, ...encodeLeb128(code)];
const ADD_INSTRUCTION = [0x6a];
const SUBTRACT_INSTRUCTION = [0x6b];
const SHIFT_LEFT = [0x74];
const REPEAT_IF = [0x0d, 0];
const LOAD_EIGHT_BYTES = [...vectorInstruction(0x01), 0, 0];
const LOAD_SPLAT = [...vectorInstruction(0x09), 2, 0];
const PUSH_ZERO_VECTOR = [...vectorInstruction(0x0c), ...Array<number>(16).fill(0)];
const WIDEN_LOW = vectorInstruction(0xa7);
const WIDEN_HIGH = vectorInstruction(0xa8);
const TO_FLOAT = vectorInstruction(0xfa);
const ADD_FLOATS = vectorInstruction(0xe4);
const MULTIPLY_FLOATS = vectorInstruction(0xe6);

const loopInstructions = (...body: number[][]) => [0x03, WASM_VOID_TYPE, ...body.flat(), WASM_END];
const increaseLocal = (local: number, ...by: number[][]) =>
	[getLocal(local), ...by, ADD_INSTRUCTION, setLocal(local)].flat();
const countDown = (local: number, by: number) =>
	[getLocal(local), pushConstant(by), SUBTRACT_INSTRUCTION, [0x22, local], REPEAT_IF].flat();

/**
 * The instructions that compute out[row][column] = sum of x[row][k] * w[k][column], for four rows and eight columns at
 * a time.
 */
function buildInstructions(): number[] {
	const step = [
		[...getLocal(W_AT), ...LOAD_EIGHT_BYTES, ...setLocal(SPLAT_LOCAL)],
		[...getLocal(SPLAT_LOCAL), ...WIDEN_LOW, ...TO_FLOAT, ...setLocal(LOW_HALF_LOCAL)],
		[...getLocal(SPLAT_LOCAL), ...WIDEN_HIGH, ...TO_FLOAT, ...setLocal(HIGH_HALF_LOCAL)],
		...Array.from({ length: ROWS_PER_BLOCK }, (_, row) => {
			const at = [...getLocal(X_AT), ...getLocal(X_ROW), ...pushConstant(row), 0x6c, ...ADD_INSTRUCTION];
			const add = (sum: number, by: number) =>
				[
					getLocal(sum),
					getLocal(SPLAT_LOCAL),
					getLocal(by),
					MULTIPLY_FLOATS,
					ADD_FLOATS,
					setLocal(sum),
				].flat();
			return [
				...at,
				...LOAD_SPLAT,
				...setLocal(SPLAT_LOCAL),
				...add(SUM_LOCALS[row * 2]!, LOW_HALF_LOCAL),
				...add(SUM_LOCALS[row * 2 + 1]!, HIGH_HALF_LOCAL),
			];
		}),
		increaseLocal(W_AT, pushConstant(COLUMNS_PER_BLOCK)),
		increaseLocal(X_AT, pushConstant(4)),
		countDown(K, 1),
	];
	const store = SUM_LOCALS.flatMap((sum, i) => {
		const at = [...getLocal(OUT_AT), ...getLocal(OUT_ROW), ...pushConstant(i >> 1), 0x6c, ...ADD_INSTRUCTION];
		return [...at, ...getLocal(sum), ...vectorInstruction(0x0b), 4, ...encodeLeb128((i & 1) * 16)];
	});
	const block = [
		...SUM_LOCALS.map((sum) => [...PUSH_ZERO_VECTOR, ...setLocal(sum)]),
		[...getLocal(X), ...setLocal(X_AT)],
		[...getLocal(INNER), ...setLocal(K)],
		loopInstructions(...step),
		store,
		increaseLocal(OUT_AT, pushConstant(32)),
		countDown(J, COLUMNS_PER_BLOCK),
	];
	const rows = [
		[
			...getLocal(W),
			...setLocal(W_AT),
			...getLocal(OUT),
			...setLocal(OUT_AT),
			...getLocal(COLUMNS),
			...setLocal(J),
		],
		loopInstructions(...block),
		increaseLocal(X, getLocal(X_ROW), pushConstant(2), SHIFT_LEFT),
		increaseLocal(OUT, getLocal(OUT_ROW), pushConstant(2), SHIFT_LEFT),
		countDown(ROWS, ROWS_PER_BLOCK),
	];
	const strides = [
		[...getLocal(INNER), ...pushConstant(2), ...SHIFT_LEFT, ...setLocal(X_ROW)],
		[...getLocal(COLUMNS), ...pushConstant(2), ...SHIFT_LEFT, ...setLocal(OUT_ROW)],
	].flat();
	return [...strides, ...loopInstructions(...rows), WASM_END];
}

const encodeModuleSection = (id: number, body: number[]) => [id, ...encodeLeb128(body.length), ...body];
const encodeModuleName = (text: string) => [text.length, ...Buffer.from(text)];

function buildModule(): Uint8Array<ArrayBuffer> {
	const locals = [2, 7, I32, SUM_LOCALS.length + 3, V128_TYPE_CODE];
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
