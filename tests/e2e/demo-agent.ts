/** Logins of the app under test; `start` prints the first on its `Agent` line. */
export const DEMO_AGENT_EMAIL = "ana@mevi.example";
export const SECOND_AGENT_EMAIL = "ben@mevi.example";
/** The app's DEMO_AGENT_PASSWORD; it runs only during the tests and only on this machine. */
export const DEMO_AGENT_PASSWORD = "end-to-end-tests";
