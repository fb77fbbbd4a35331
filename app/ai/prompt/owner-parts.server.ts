import { getSettings } from "#app/models/setting/store.server.ts";
import { DEFAULT_PARTS } from "./defaults.ts";

/** The parts of the prompt that are the owner's: who the store is, how it speaks, and what it asks besides. */
export type OwnerParts = typeof DEFAULT_PARTS;

/** Settings the parts are kept in: what is remembered of answers is bound to these as well. */
export const PART_SETTINGS = ["company_context", "assistant_tone", "assistant_rules"] as const;

/** The owner's parts as they are set now; what is not set, or is blank, is the default. */
export async function ownerParts(): Promise<OwnerParts> {
	const set = await getSettings(PART_SETTINGS);
	return {
		company: set.company_context || DEFAULT_PARTS.company,
		tone: set.assistant_tone || DEFAULT_PARTS.tone,
		rules: set.assistant_rules || DEFAULT_PARTS.rules,
	};
}
