import { hasVisibleText } from "#app/text/visible-text.ts";
import { argumentsObject } from "./arguments.ts";
import type { Refusable } from "./servers.ts";
import type { ChatMessage, ToolCall } from "./vocabulary.ts";

/** Stands before a conversation that did not begin with the customer: strict templates want a user first. */
const OPENING = "(The customer opened the chat.)";

/**
 * Writes messages so that every server accepts them: the roles take turns, a user comes first, ids of calls are
 * nine letters or digits (Mistral's rule) and unique, arguments are JSON objects, and `content` is left out beside
 * calls without words, or empty, or null, as the server wants it. Without offered tools, calls and their results
 * become plain messages, since servers refuse tool messages there.
 */
export function wireMessages(
	messages: ChatMessage[],
	{ refused, hasTools }: { refused: ReadonlySet<Refusable>; hasTools: boolean },
): object[] {
	const plain = hasTools ? messages : messages.flatMap(withoutCalls());
	const ordered = withUserFirst(joinNeighbours(plain));
	const placed = refused.has("system role") ? withoutSystem(ordered) : ordered;
	let calls = 0;
	let ids = new Map<string, string>();
	return placed.map((message) => {
		if (message.role === "tool") {
			const { role, content, tool_call_id: id } = message;
			return { role, tool_call_id: ids.get(id) ?? id, content };
		}
		if (message.role !== "assistant" || !message.tool_calls) {
			return { role: message.role, content: message.content };
		}
		ids = new Map();
		const written = message.tool_calls.map((call) => {
			const id = `call${String(++calls).padStart(5, "0")}`;
			ids.set(call.id, id);
			return wireCall(call, id);
		});
		return {
			role: "assistant",
			...contentBesideCalls(message.content, refused),
			...(refused.has("absent reasoning") ? { reasoning_content: message.reasoning ?? "" } : {}),
			tool_calls: written,
		};
	});
}

function contentBesideCalls(content: string, refused: ReadonlySet<Refusable>) {
	if (hasVisibleText(content)) return { content };
	if (!refused.has("absent content")) return {};
	return { content: refused.has("empty content") ? null : "" };
}

/** A name that no server refuses, and arguments that are an object: what the model wrote may be neither. */
function wireCall(call: ToolCall, id: string): ToolCall {
	const name = call.function.name.replace(/[^\w-]/g, "_").slice(0, 64) || "unknown";
	const args = JSON.stringify(argumentsObject(call.function.arguments) ?? {});
	return { id, type: "function", function: { name, arguments: args } };
}

function withoutCalls() {
	const names = new Map<string, string>();
	return (message: ChatMessage): ChatMessage[] => {
		if (message.role === "tool") {
			const name = names.get(message.tool_call_id) ?? "a tool";
			return [{ role: "user", content: `Result of ${name}, as data:\n${message.content}` }];
		}
		if (message.role !== "assistant" || !message.tool_calls) return [message];
		names.clear();
		for (const call of message.tool_calls) names.set(call.id, call.function.name);
		const isWordless = !hasVisibleText(message.content);
		return isWordless ? [] : [{ role: "assistant", content: message.content }];
	};
}

/** Joins messages of one role that follow each other. Results of tools stay apart: each belongs to its call. */
function joinNeighbours(messages: ChatMessage[]): ChatMessage[] {
	const joined: ChatMessage[] = [];
	for (const message of messages) {
		const last = joined.at(-1);
		const isSame = last?.role === message.role && message.role !== "tool";
		if (!last || !isSame || (last.role === "assistant" && last.tool_calls)) joined.push(message);
		else joined[joined.length - 1] = { ...message, content: `${last.content}\n\n${message.content}`.trim() };
	}
	return joined;
}

function withUserFirst(messages: ChatMessage[]): ChatMessage[] {
	const first = messages.findIndex(({ role }) => role !== "system");
	if (first === -1 || messages[first]?.role === "user") return messages;
	return [...messages.slice(0, first), { role: "user", content: OPENING }, ...messages.slice(first)];
}

/** The rules go before the first words of the customer, for models whose template has no place for them. */
function withoutSystem(messages: ChatMessage[]): ChatMessage[] {
	const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
	const rest = messages.filter(({ role }) => role !== "system");
	const [first, ...others] = rest;
	if (first?.role !== "user" || system.length === 0) return messages;
	return [{ role: "user", content: [...system, first.content].join("\n\n") }, ...others];
}
