/** All tables: store, people, conversation, assistant, and the state that processes share. */

export * from "./schema/assistant.ts";
export * from "./schema/conversation.ts";
export * from "./schema/machinery.ts";
export * from "./schema/people.ts";
export * from "./schema/store.ts";
