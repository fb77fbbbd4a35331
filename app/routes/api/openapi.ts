import { z } from "zod/v4";
import { sessionSchema } from "#app/realtime/events.ts";
import {
	answerBody,
	apiMessage,
	messagePage,
	messageRange,
	newMessage,
	newSession,
	openedSession,
	problem,
	question,
	receipt,
	sessionChange,
	sessionFilters,
	sessionPage,
} from "./schemas.ts";

/** GET /api/openapi.json: the description of the API in OpenAPI 3.1, generated from the schemas that the routes use. */
export function loader(): Response {
	return Response.json(createOpenApiDocument(), {
		headers: { "Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*" },
	});
}

function createOpenApiDocument() {
	return {
		openapi: "3.1.0",
		info: {
			title: "Mevi Chat",
			version: "1",
			description: "Sessions, messages and answers of a store's support chat.",
		},
		components: {
			securitySchemes: {
				bearer: {
					type: "http",
					scheme: "bearer",
					description: "A customer's token, which opening a session returns, or an API key.",
				},
			},
			schemas: {
				Session: responseSchema(sessionSchema),
				Message: responseSchema(apiMessage),
				Problem: responseSchema(problem),
			},
		},
		security: [{ bearer: [] }],
		paths: {
			"/api/chat/sessions": {
				get: operation("List sessions", {
					query: sessionFilters,
					answers: { 200: responseSchema(sessionPage) },
				}),
				post: {
					...operation("Open a session", {
						body: newSession,
						answers: { 201: responseSchema(openedSession) },
					}),
					security: [],
				},
				put: operation("Change a session", { body: sessionChange, answers: { 200: ref("Session") } }),
			},
			"/api/chat/messages": {
				get: operation("List messages", {
					query: messageRange,
					answers: { 200: responseSchema(messagePage) },
				}),
				post: operation("Write a message, once for each clientMessageId", {
					body: newMessage,
					answers: { 201: ref("Message"), 200: ref("Message") },
				}),
				put: operation("Mark messages read", {
					body: receipt,
					answers: {
						200: {
							oneOf: [ref("Message"), { type: "object", properties: { messages: list(ref("Message")) } }],
						},
					},
				}),
			},
			"/api/chat/ai-response": {
				post: operation("Answer a message, or the last question of a session", {
					body: question,
					answers: { 200: responseSchema(answerBody) },
				}),
			},
			"/chat/events": {
				get: {
					summary: "A session's events as Server-Sent Events",
					parameters: [
						parameter("sessionId", { type: "string" }, true),
						parameter("cursor", { type: "string" }, false),
					],
					responses: {
						200: { description: "The stream", content: { "text/event-stream": {} } },
						default: errorResponse,
					},
				},
				post: {
					summary: "The same stream, for networks that hold back what answers a GET; changes nothing",
					requestBody: {
						required: true,
						content: {
							"application/x-www-form-urlencoded": {
								schema: {
									type: "object",
									properties: { sessionId: { type: "string" }, cursor: { type: "string" } },
									required: ["sessionId"],
								},
							},
						},
					},
					responses: {
						200: { description: "The stream", content: { "text/event-stream": {} } },
						default: errorResponse,
					},
				},
			},
		},
	};
}

const errorResponse = {
	description: "What went wrong, as RFC 9457 describes",
	content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};

function operation(
	summary: string,
	shape: { query?: z.ZodObject; body?: z.ZodType; answers: Record<number, object> },
) {
	const responses = Object.fromEntries(
		Object.entries(shape.answers).map(([status, schema]) => [
			status,
			{ description: status === "201" ? "Made" : "Done", content: { "application/json": { schema } } },
		]),
	);
	return {
		summary,
		...(shape.query ? { parameters: parameters(shape.query) } : {}),
		...(shape.body
			? {
					requestBody: {
						required: true,
						content: { "application/json": { schema: requestSchema(shape.body) } },
					},
				}
			: {}),
		responses: { ...responses, default: errorResponse },
	};
}

function parameters(query: z.ZodObject) {
	const schema = requestSchema(query) as { properties?: Record<string, object>; required?: string[] };
	return Object.entries(schema.properties ?? {}).map(([name, type]) =>
		parameter(name, type, schema.required?.includes(name) ?? false),
	);
}

const parameter = (name: string, schema: object, required: boolean) => ({
	name,
	in: "query",
	required,
	schema,
});
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const list = (items: object) => ({ type: "array", items });

/** JSON schema of a request body, before defaults and transformations are applied. */
function requestSchema(schema: z.ZodType): object {
	return withoutSchemaKey(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
}

/** JSON schema of a response body. */
function responseSchema(schema: z.ZodType): object {
	return withoutSchemaKey(z.toJSONSchema(schema, { unrepresentable: "any" }));
}

function withoutSchemaKey({ $schema: _, ...schema }: { $schema?: string }): object {
	return schema;
}
