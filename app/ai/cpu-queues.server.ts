import { singleton } from "#app/singleton.server.ts";
import { createFairQueue, type FairQueue } from "./fair-queue.ts";

/**
 * Queues for work of the assistant that uses the processor of this process, which also serves pages and streams. Each
 * queue runs one task at a time and serves networks (IP ranges) in turn, so that many questions do not block the event
 * loop. A task must not wait for another task of its queue, nor for a model.
 */

/** The queue for analyses of questions (language, intent, escalation rules). Each analysis takes a few milliseconds. */
export const getQuestionAnalysisQueue = (): FairQueue => singleton("reading-work", () => createFairQueue(1));

/**
 * The queue for searches, and for answers from the articles without a model. Each task takes up to 300 ms, too long for
 * the queue of the analyses.
 */
export const getSearchQueue = (): FairQueue => singleton("searching-work", () => createFairQueue(1));
