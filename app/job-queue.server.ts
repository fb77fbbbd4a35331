import { singleton } from "#app/singleton.server.ts";

/**
 * The payload of each job. A job is work that starts after the commit that caused it. The code that enqueues a job
 * does not import its handler; the worker sets the handlers at boot. A job only makes work start sooner: what must
 * happen is also stored as a row, such as a turn (`ai_turns`), which a periodic sweep finds. So nothing is lost in a
 * process without a worker, or when a process dies.
 */
export type JobPayloads = {
	/** `network`: as stored with the turn (`ai_turns.network`); empty where it is not known. */
	"answer-session": { sessionId: string; network: string };
	/** Translates a session for agents who may not read its language. */
	"translate-session": string;
	/**
	 * Raises the priority of a session when the customer is angry; enqueued when they write to an agent or ask for one.
	 * `text` is the message, null means their newest messages. If the job is lost, the priority stays as it is.
	 */
	"check-urgency": { sessionId: string; text: string | null };
	/** Emails a sign-in code. The table has only its hash, so a lost job cannot be repeated; the customer requests a new code. */
	"send-code": { codeId: string; email: string; code: string; evenIfUnknown: boolean };
	/** Articles were saved, so their passages may need embeddings. */
	"embed-passages": null;
};
export type JobName = keyof JobPayloads;

type JobHandler = (payload: JobPayloads[JobName]) => void;

const handlers = singleton("job-handlers", () => new Map<JobName, JobHandler>());

/** Passes a job to this process's worker, if the process has one. Call it after the commit. */
export function enqueueJob<Name extends JobName>(name: Name, payload: JobPayloads[Name]): void {
	handlers.get(name)?.(payload);
}

/** Sets the function that runs a job; called by the worker. */
export function setJobHandler<Name extends JobName>(
	name: Name,
	handler: (payload: JobPayloads[Name]) => void,
): void {
	handlers.set(name, handler as JobHandler);
}
