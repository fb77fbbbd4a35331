import { existsSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

/** OpenAI's own description of its interface, where it lies beside the project: it is not ours to copy in. */
export const SCHEMA_FILE = "../shared/data/protocol/openai-openapi-subset.json";
export const hasSchema = existsSync(SCHEMA_FILE);

let ajv: Ajv2020 | null = null;

/**
 * What OpenAI's schema has against a request, as text; null when nothing, and when the schema is not there.
 * @param path of the request: chat completions and embeddings are known.
 */
export function refusalOf(path: string, body: unknown): string | null {
	if (!hasSchema) return null;
	if (!ajv) {
		ajv = new Ajv2020({ strict: false, validateFormats: false });
		ajv.addSchema(JSON.parse(readFileSync(SCHEMA_FILE, "utf8")), "openai");
	}
	const name = path.endsWith("/embeddings") ? "CreateEmbeddingRequest" : "CreateChatCompletionRequest";
	const ref = `openai#/components/schemas/${name}`;
	const validate = ajv.getSchema(ref) ?? ajv.compile({ $ref: ref });
	return validate(body) ? null : JSON.stringify(validate.errors?.slice(0, 5));
}
