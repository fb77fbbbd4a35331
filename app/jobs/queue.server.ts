import { singleton } from "#app/singleton.server.ts";

/**
 * Work to be done after the commit that asked for it. Whoever enqueues never loads the handlers; they are
 * set by the worker at boot. A job only hurries: what must happen is a row (an `ai_turns` promise, say) that
 * a sweep finds, so a process that has no worker, or dies now, loses nothing.
 */
export type Jobs = {
	/** `network`: as stored with the turn (`ai_turns.network`); empty where it is not known. */
	"answer-session": { sessionId: string; network: string };
	/** A session whose agent may not read its language. */
	"translate-session": string;
	/**
	 * A customer wrote to a person or asked for one: angry words raise the priority. `text` is what they wrote, null for
	 * their newest messages. If it is lost, the conversation keeps its priority.
	 */
	"check-urgency": { sessionId: string; text: string | null };
	/** The code itself is in this process's memory only; the table holds its hash. If it is lost, another is asked for. */
	"send-code": { codeId: string; email: string; code: string; evenIfUnknown: boolean };
	/** Articles were saved: their passages may need vectors. */
	"embed-passages": null;
};
export type JobName = keyof Jobs;

type Handler = (payload: Jobs[JobName]) => void;

const handlers = singleton("job-handlers", () => new Map<JobName, Handler>());

/** Hands a job to this process's worker, if it has one. Call it after the commit. */
export function enqueue<Name extends JobName>(name: Name, payload: Jobs[Name]): void {
	handlers.get(name)?.(payload);
}

/** For the worker: sets who does a job. */
export function handle<Name extends JobName>(name: Name, handler: (payload: Jobs[Name]) => void): void {
	handlers.set(name, handler as Handler);
}
