/** Who can be there: an agent, or the customer of a session. */
export type Party = `agent:${string}` | `customer:${string}`;
