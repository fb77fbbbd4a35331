/** Whom a presence lease is for: an agent, or the customer of a session. */
export type PresenceSubject = `agent:${string}` | `customer:${string}`;
