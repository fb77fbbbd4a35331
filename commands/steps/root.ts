import { fileURLToPath } from "node:url";

/** Path of the project's folder, independent of the working directory. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
