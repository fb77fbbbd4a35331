import { requireNode } from "./steps/node-version.ts";

// Checked before anything else is loaded, because older versions fail on a module with an unclear message.
requireNode();
const { start } = await import("./steps/start.ts");
await start();
