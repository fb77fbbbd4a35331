import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
	createReadableStreamFromReadable,
	createRequestHandler,
	type ServerBuild,
	writeReadableStreamToWritable,
} from "@remix-run/node";
import { openExchange } from "#app/http/exchange.server.ts";

type RouteModule = ServerBuild["routes"][string]["module"];

/**
 * Starts a real HTTP server that serves route modules through Remix's own request handler, without a build. It does not
 * render pages: the response to a page's URL has the real status and headers, and an empty body.
 * @param modules the module for each path, such as `admin/login`; a `Partial`, because few tests need a component.
 * @returns the server's URL, and a function that stops the server.
 */
export async function servePages(
	modules: Record<string, Partial<Omit<RouteModule, "meta">>>,
): Promise<{ url: string; close: () => Promise<void> }> {
	const routes = Object.fromEntries(
		Object.entries(modules).map(([path, module]) => [
			path,
			{ id: path, path, module: { default: () => null, ...module } },
		]),
	);
	const build = {
		mode: "production",
		routes,
		entry: {
			module: {
				default: (_: Request, status: number, headers: Headers) => new Response(null, { status, headers }),
			},
		},
		assets: { entry: { module: "", imports: [] }, routes: {}, url: "", version: "" },
		publicPath: "/",
		assetsBuildDirectory: "",
		future: { v3_singleFetch: true },
		isSpaMode: false,
	} as unknown as ServerBuild;
	const handle = createRequestHandler(build, "production");
	const server = createServer((request, response) => {
		openExchange(request, response);
		handle(toRequest(request)).then((answer) => send(answer, response));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

function toRequest(request: IncomingMessage): Request {
	const headers = new Headers();
	for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
	const hasBody = request.method !== "GET" && request.method !== "HEAD";
	return new Request(`http://${request.headers.host}${request.url}`, {
		method: request.method,
		headers,
		...(hasBody ? { body: createReadableStreamFromReadable(request), duplex: "half" } : {}),
	} as RequestInit);
}

async function send(answer: Response, response: ServerResponse): Promise<void> {
	response.writeHead(answer.status, [...answer.headers].flat());
	if (answer.body) await writeReadableStreamToWritable(answer.body, response);
	else response.end();
}
