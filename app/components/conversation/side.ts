export type Side = "user" | "agent";
