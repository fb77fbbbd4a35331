import { Ajv2020 } from "ajv/dist/2020.js";
import { beforeAll, expect, it } from "vitest";
import { loader } from "#app/routes/api/openapi.ts";
import { action as sessionsAction, loader as sessionsLoader } from "#app/routes/api/sessions.ts";

type Document = {
	openapi: string;
	paths: Record<
		string,
		Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
	>;
	components: { schemas: Record<string, object> };
};

let document: Document;
beforeAll(async () => {
	document = (await loader().json()) as Document;
});

function validate(schema: object, value: unknown) {
	const ajv = new Ajv2020({ strict: false, formats: { uuid: true } });
	const check = ajv.compile({ ...schema, components: document.components });
	return check(value) ? null : check.errors;
}

const schemaOf = (path: string, method: string, status: string) => {
	const content = document.paths[path]?.[method]?.responses[status]?.content ?? {};
	return Object.values(content)[0]?.schema ?? {};
};

it("describes every URL of the API", () => {
	expect(document.openapi).toBe("3.1.0");
	expect(Object.keys(document.paths)).toEqual([
		"/api/chat/sessions",
		"/api/chat/messages",
		"/api/chat/ai-response",
		"/chat/events",
	]);
});

it("describes the server's real responses and errors", async () => {
	const post = new Request("http://localhost/api/chat/sessions", {
		method: "POST",
		headers: { "Content-Type": "application/json" },
		body: "{}",
	});
	const opened = await (await sessionsAction({ request: post, params: {}, context: {} })).json();
	expect(validate(schemaOf("/api/chat/sessions", "post", "201"), opened)).toBeNull();

	const headers = { Authorization: `Bearer ${opened.token}` };
	const list = new Request("http://localhost/api/chat/sessions", { headers });
	const page = await (await sessionsLoader({ request: list, params: {}, context: {} })).json();
	expect(page.sessions).toHaveLength(1);
	expect(validate(schemaOf("/api/chat/sessions", "get", "200"), page)).toBeNull();

	const nobody = new Request("http://localhost/api/chat/sessions");
	const refused = await (await sessionsLoader({ request: nobody, params: {}, context: {} })).json();
	expect(validate(schemaOf("/api/chat/sessions", "get", "default"), refused)).toBeNull();
	expect(validate(schemaOf("/api/chat/sessions", "get", "200"), refused)).not.toBeNull();
});
