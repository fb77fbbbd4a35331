import { singleton } from "#app/singleton.server.ts";
import { createFairQueue, type FairQueue } from "./fair-queue.ts";

/**
 * Searches and offline answers that one process works on at once. They use its processor, which also serves pages
 * and streams; each pauses every few milliseconds, and with many at once all those slices would come in one turn of
 * the event loop. The second one works while the first waits for the database.
 */
const AT_ONCE = 2;

/** The queue of the answering work that this process's own processor does, shared between networks. */
export const ownWork = (): FairQueue => singleton("own-answering-work", () => createFairQueue(AT_ONCE));
