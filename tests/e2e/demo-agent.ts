/** Email addresses of the agents of the app under test; the command `start` prints the first on its line `Agent`. */
export const DEMO_AGENT_EMAIL = "ana@mevi.example";
export const SECOND_AGENT_EMAIL = "ben@mevi.example";
/**
 * The password of the demo agents (setting DEMO_AGENT_PASSWORD). It need not be secret, because the app runs only
 * during the tests and only on this machine.
 */
export const DEMO_AGENT_PASSWORD = "end-to-end-tests";
