import { createHash } from "node:crypto";
import { env } from "#app/env.server.ts";
import { type ActionPlace, logReading } from "#app/models/assistant-action/log.server.ts";
import { MOST_PROPOSALS } from "#app/models/assistant-action/propose.server.ts";
import { canSendCodes } from "#app/models/email/code.server.ts";
import type { Order, OrderOwner } from "#app/models/order/order.server.ts";
import type { Answer, MessageMetadata, Proposal, ReadingTool, ToolRun } from "#db/shapes.ts";
import type { AnswerRequest } from "./answer.ts";

/**
 * What is read and proposed while one question is answered, and for whom. A reading is logged at once, since it
 * has happened; a proposal only goes along with the answer, whose transaction writes it.
 */
export class Deeds {
	/** Whose things may be read: set from the conversation, never from anything written in it. */
	readonly owner: OrderOwner;
	/** The address proved in this conversation, also by somebody who is signed in. */
	readonly provedEmail: string | null;
	readonly #place: ActionPlace | null;
	readonly #did = new Map<string, ToolRun>();
	readonly #proposals = new Map<string, Proposal>();
	#needsIdentity = false;

	constructor({ customerId, verifiedEmail = null, place }: AnswerRequest) {
		// The store's own word on who somebody is counts alone where there is one.
		this.owner = { customerId, verifiedEmail: customerId === null ? verifiedEmail : null };
		this.provedEmail = verifiedEmail;
		this.#place = place ?? null;
	}

	/** Notes that the answer needs to know who asks. */
	askIdentity(): void {
		this.#needsIdentity = true;
	}

	/** Logs that one of the customer's orders, or their list of orders, was read. */
	async didRead(tool: ReadingTool, order: Pick<Order, "number" | "customerId"> | null): Promise<void> {
		if (!this.#place) return;
		const orderNumber = order?.number ?? null;
		const key = keyOf(this.#place, tool, { orderNumber });
		const customerId = order?.customerId ?? this.owner.customerId;
		const deed = await logReading(this.#place, { tool, orderNumber, customerId, key });
		this.#did.set(deed.id, deed);
	}

	/** Whether a change can be laid before the customer: not outside a conversation, where nobody could confirm it. */
	get canPropose(): boolean {
		return this.#place !== null;
	}

	/**
	 * Lays a change before the customer with this answer. The same one twice is one.
	 * @returns false when there are as many as one answer may carry, or nobody to confirm it.
	 */
	propose(proposal: Omit<Proposal, "key">): boolean {
		if (!this.#place) return false;
		const { tool, orderNumber } = proposal;
		const key = keyOf(this.#place, tool, { orderNumber, ...proposal.arguments });
		if (!this.#proposals.has(key) && this.#proposals.size >= MOST_PROPOSALS) return false;
		this.#proposals.set(key, { ...proposal, key });
		return true;
	}

	/** What the answer carries of it. */
	forAnswer(): Pick<Answer, "did" | "proposals" | "needsIdentity"> {
		return {
			...(this.#did.size > 0 ? { did: [...this.#did.values()] } : {}),
			...(this.#proposals.size > 0 ? { proposals: [...this.#proposals.values()] } : {}),
			...(this.#needsIdentity ? { needsIdentity: true } : {}),
		};
	}
}

/** The marks on the answer's message: what was looked up for it, and whether the page offers to find out who asks. */
export function deedMarks({ did, needsIdentity }: Answer): MessageMetadata {
	return {
		...(did ? { did } : {}),
		...(needsIdentity ? { identify: canSendCodes() ? "code" : "sign-in" } : {}),
		...(needsIdentity && canSignIn() ? { signIn: true } : {}),
	};
}

/** Whether there is a page to sign in on: the demo shop's, or the one the owner has set. */
const canSignIn = (): boolean => env().MEVI_EMBEDDED || env().SIGN_IN_URL !== undefined;

function keyOf(place: ActionPlace, tool: string, args: Record<string, unknown>): string {
	const sorted = JSON.stringify(args, (_name, value) =>
		value && typeof value === "object" && !Array.isArray(value)
			? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
			: value,
	);
	return createHash("sha256")
		.update(`${place.sessionId}|${place.questionSeq}|${tool}|${sorted}`)
		.digest("base64url");
}
