import { requireNode } from "./steps/node-version.ts";

// Before anything else is loaded: older versions would fail on a module with a message nobody understands.
requireNode();
const { start } = await import("./steps/start.ts");
await start();
