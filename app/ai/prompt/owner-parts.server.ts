import { getSettings } from "#app/models/setting/store.server.ts";
import { DEFAULT_OWNER_PARTS } from "./defaults.ts";

/** The parts of the prompt that the owner can set: a description of the store, the tone, and further rules. */
export type OwnerParts = typeof DEFAULT_OWNER_PARTS;

/**
 * The settings that contain the owner's parts of the prompt. A change of one of these settings makes cached answers
 * invalid.
 */
export const OWNER_PART_SETTINGS = ["company_context", "assistant_tone", "assistant_rules"] as const;

/** Reads the owner's parts of the prompt. A part that is not set or blank has its default text. */
export async function readOwnerParts(): Promise<OwnerParts> {
	const set = await getSettings(OWNER_PART_SETTINGS);
	return {
		company: set.company_context || DEFAULT_OWNER_PARTS.company,
		tone: set.assistant_tone || DEFAULT_OWNER_PARTS.tone,
		rules: set.assistant_rules || DEFAULT_OWNER_PARTS.rules,
	};
}
