import { existsSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";

/** The file with OpenAI's own API description, if it is beside the project. It is not part of the repository. */
export const SCHEMA_FILE = "../shared/data/protocol/openai-openapi-subset.json";
export const hasSchema = existsSync(SCHEMA_FILE);

let ajv: Ajv2020 | null = null;

/**
 * Validates a request with OpenAI's schema.
 * @param path of the request's URL; chat completions and embeddings are known.
 * @returns the errors as text; null without errors or without the schema.
 */
export function findSchemaErrors(path: string, body: unknown): string | null {
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
