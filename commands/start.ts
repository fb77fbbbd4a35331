import { requireNode } from "./steps/node-version.ts";

// The Node version is checked before any module is loaded, because older versions fail on a module with an unclear
// message.
requireNode();
const { start } = await import("./steps/start.ts");
await start();
