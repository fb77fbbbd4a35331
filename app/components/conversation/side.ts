export type ViewerSide = "user" | "agent";
