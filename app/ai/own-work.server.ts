import { singleton } from "#app/singleton.server.ts";
import { createFairQueue, type FairQueue } from "./fair-queue.ts";

/**
 * Pieces of answering work that one process does at once: reading questions, searching, answering from the articles.
 * They use its processor, which also serves pages and streams; each pauses every few milliseconds, and with many at
 * once all those slices would come in one turn of the event loop. The second one works while the first waits for the
 * database. Work in the queue must not put more into it and wait for that, nor wait for a model.
 */
const AT_ONCE = 2;

/** The queue of the answering work that this process's own processor does, shared between networks. */
export const ownWork = (): FairQueue => singleton("own-answering-work", () => createFairQueue(AT_ONCE));
