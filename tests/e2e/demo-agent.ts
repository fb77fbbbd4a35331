/** Logins of the instance under test; `start` prints the first on its `Agent` line. */
export const DEMO_AGENT_EMAIL = "ana@mevi.example";
export const SECOND_AGENT_EMAIL = "ben@mevi.example";
/** Given to that instance as DEMO_AGENT_PASSWORD; it listens on this machine for minutes only. */
export const DEMO_AGENT_PASSWORD = "end-to-end-tests";
