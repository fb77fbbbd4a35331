import { singleton } from "#app/singleton.server.ts";
import { createFairQueue, type FairQueue } from "./fair-queue.ts";

/**
 * Queues for work of the assistant that uses the processor of this process, which also serves pages and streams. Each
 * queue runs one task at a time and serves networks in turn, so that many questions do not block the event loop. A task
 * must not wait for another task of the same queue, nor for a model.
 */

/** Analysis of questions (language, intent, escalation rules): a few milliseconds each. */
export const getQuestionAnalysisQueue = (): FairQueue => singleton("reading-work", () => createFairQueue(1));

/** Searches, and answers from the articles: up to 300 ms each, so they have a queue of their own. */
export const getSearchQueue = (): FairQueue => singleton("searching-work", () => createFairQueue(1));
