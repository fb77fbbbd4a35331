import { singleton } from "#app/singleton.server.ts";
import { createFairQueue, type FairQueue } from "./fair-queue.ts";

/**
 * The answering work that uses this process's own processor, which also serves pages and streams. Each piece pauses
 * every few milliseconds; with many at once all those slices would come in one turn of the event loop. So one piece of
 * a kind runs at a time, and networks are served in turn. Work in a queue must not put more into it and wait for that,
 * nor wait for a model.
 */

/** Reading questions: language, intent, whether a person must have it. A few milliseconds each. */
export const readingWork = (): FairQueue => singleton("reading-work", () => createFairQueue(1));

/** Searching, and answers from the articles: up to 300 ms each, which no reading should wait for. */
export const searchingWork = (): FairQueue => singleton("searching-work", () => createFairQueue(1));
