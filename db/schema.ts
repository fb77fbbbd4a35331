/** Every table, in the order the story is told: the store, the people, the conversation, the assistant, the machinery. */

export * from "./schema/assistant.ts";
export * from "./schema/conversation.ts";
export * from "./schema/machinery.ts";
export * from "./schema/people.ts";
export * from "./schema/store.ts";
