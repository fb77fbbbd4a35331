import { hasVisibleText } from "#app/text/visible-text.ts";
import { parseArguments } from "./json-arguments.ts";
import type { ChatMessage, ToolCall } from "./model-request.ts";
import type { RefusablePart } from "./server-behaviour.ts";

/**
 * First message for a conversation that the customer did not begin, because some chat templates require that a user
 * message comes first.
 */
const OPENING_MESSAGE = "(The customer opened the chat.)";

/**
 * Converts messages to a form that every model server accepts. Roles alternate, and a user message is first. Ids of
 * calls are unique and have nine letters or digits (Mistral's rule). Arguments are JSON objects, and the content next
 * to calls is absent, empty or null, as the server requires. When no tools are offered, calls and results become plain
 * messages, because servers then refuse tool messages.
 */
export function toWireMessages(
	messages: ChatMessage[],
	{ refused, hasTools }: { refused: ReadonlySet<RefusablePart>; hasTools: boolean },
): object[] {
	const plain = hasTools ? messages : messages.flatMap(createCallRemover());
	const ordered = startWithUser(joinSameRole(plain));
	const placed = refused.has("system role") ? moveSystemToUser(ordered) : ordered;
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
			return toWireCall(call, id);
		});
		return {
			role: "assistant",
			...contentWithCalls(message.content, refused),
			...(refused.has("absent reasoning") ? { reasoning_content: message.reasoning ?? "" } : {}),
			tool_calls: written,
		};
	});
}

function contentWithCalls(content: string, refused: ReadonlySet<RefusablePart>) {
	if (hasVisibleText(content)) return { content };
	if (!refused.has("absent content")) return {};
	return { content: refused.has("empty content") ? null : "" };
}

/** Converts a tool call so that its name has only characters that servers accept, and its arguments are an object. */
function toWireCall(call: ToolCall, id: string): ToolCall {
	const name = call.function.name.replace(/[^\w-]/g, "_").slice(0, 64) || "unknown";
	const args = JSON.stringify(parseArguments(call.function.arguments) ?? {});
	return { id, type: "function", function: { name, arguments: args } };
}

function createCallRemover() {
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

/**
 * Joins consecutive messages of one role into one message. Results of tools stay separate, because each belongs to one
 * call.
 */
function joinSameRole(messages: ChatMessage[]): ChatMessage[] {
	const joined: ChatMessage[] = [];
	for (const message of messages) {
		const last = joined.at(-1);
		const isSameRole = last?.role === message.role && message.role !== "tool";
		if (!last || !isSameRole || (last.role === "assistant" && last.tool_calls)) joined.push(message);
		else joined[joined.length - 1] = { ...message, content: `${last.content}\n\n${message.content}`.trim() };
	}
	return joined;
}

function startWithUser(messages: ChatMessage[]): ChatMessage[] {
	const first = messages.findIndex(({ role }) => role !== "system");
	if (first === -1 || messages[first]?.role === "user") return messages;
	return [...messages.slice(0, first), { role: "user", content: OPENING_MESSAGE }, ...messages.slice(first)];
}

/** Moves the system message into the first user message, for models whose chat template has no system role. */
function moveSystemToUser(messages: ChatMessage[]): ChatMessage[] {
	const system = messages.filter(({ role }) => role === "system").map(({ content }) => content);
	const rest = messages.filter(({ role }) => role !== "system");
	const [first, ...others] = rest;
	if (first?.role !== "user" || system.length === 0) return messages;
	return [{ role: "user", content: [...system, first.content].join("\n\n") }, ...others];
}
