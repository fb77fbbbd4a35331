import { singleton } from "#app/singleton.server.ts";

/**
 * The payload of each job. A job is background work that starts after the commit that caused it. The code that enqueues
 * a job does not import the job's handler; the worker sets the handlers at boot. A job only makes work start sooner:
 * work that must happen is also stored as a row, such as a turn (`ai_turns`), which a periodic check finds. So no work
 * is lost in a process without a worker, or when a process dies.
 */
export type JobPayloads = {
	/** `network` is the network that the answer is counted for, as stored with the turn (`ai_turns.network`). */
	"answer-session": { sessionId: string; network: string };
	/** Translates a session's messages for agents who may not read their language. */
	"translate-session": string;
	/**
	 * Raises a session's priority when the customer is angry. The job is enqueued when the customer writes to an agent or
	 * asks for an agent. `text` is the customer's message; null means their newest messages. If the job is lost, the priority
	 * stays unchanged.
	 */
	"check-urgency": { sessionId: string; text: string | null };
	/**
	 * Emails a sign-in code. The database has only the hash of the code, so a lost job cannot be repeated; the customer
	 * requests a new code.
	 */
	"send-code": { codeId: string; email: string; code: string; evenIfUnknown: boolean };
	/** Computes missing embeddings after articles were saved. */
	"embed-passages": null;
};
export type JobName = keyof JobPayloads;

type JobHandler = (payload: JobPayloads[JobName]) => void;

const jobHandlers = singleton("job-handlers", () => new Map<JobName, JobHandler>());

/** Passes a job to this process's worker, if the process has one. Call `enqueueJob` after the commit. */
export function enqueueJob<Name extends JobName>(name: Name, payload: JobPayloads[Name]): void {
	jobHandlers.get(name)?.(payload);
}

/** Sets the function that runs a job; called by the worker. */
export function setJobHandler<Name extends JobName>(
	name: Name,
	handler: (payload: JobPayloads[Name]) => void,
): void {
	jobHandlers.set(name, handler as JobHandler);
}
