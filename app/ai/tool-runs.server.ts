import { createHash } from "node:crypto";
import { env } from "#app/env.server.ts";
import { logToolRun, type QuestionPosition } from "#app/models/assistant-action/tool-run-log.server.ts";
import { MAX_PROPOSALS_PER_ANSWER } from "#app/models/assistant-action/write-proposals.server.ts";
import { canSendCodes } from "#app/models/email/code.server.ts";
import type { Order, OrderOwner } from "#app/models/order/order.server.ts";
import type { Answer, LookupTool, MessageMetadata, Proposal, ToolRun } from "#db/shapes.ts";
import type { AnswerRequest } from "./answer.ts";

/**
 * The tool runs of one answer: the orders that were looked up, and the changes that were proposed. A look-up is logged
 * at once. A proposal is stored only by the transaction that writes the answer.
 */
export class ToolRuns {
	/** The customer whose orders the tools may read. It is set from the session, never from a message text. */
	readonly owner: OrderOwner;
	/** The email address that was proved by a code in this session, also when the customer is signed in. */
	readonly provedEmail: string | null;
	readonly #position: QuestionPosition | null;
	readonly #lookups = new Map<string, ToolRun>();
	readonly #proposals = new Map<string, Proposal>();
	#needsIdentity = false;

	constructor({ customerId, verifiedEmail = null, position }: AnswerRequest) {
		// A signed-in customer's orders are found by the customer's id alone, never by a proved email address.
		this.owner = { customerId, verifiedEmail: customerId === null ? verifiedEmail : null };
		this.provedEmail = verifiedEmail;
		this.#position = position ?? null;
	}

	/** Marks the answer as one that asks the customer to sign in or prove an email address. */
	requestIdentity(): void {
		this.#needsIdentity = true;
	}

	/** Logs that a tool read an order of the customer, or the list of the customer's orders. */
	async recordLookup(tool: LookupTool, order: Pick<Order, "number" | "customerId"> | null): Promise<void> {
		if (!this.#position) return;
		const orderNumber = order?.number ?? null;
		const key = idempotencyKeyOf(this.#position, tool, { orderNumber });
		const customerId = order?.customerId ?? this.owner.customerId;
		const run = await logToolRun(this.#position, { tool, orderNumber, customerId, key });
		this.#lookups.set(run.id, run);
	}

	/** Whether changes can be proposed. Outside a session nobody could confirm a proposed change. */
	get canPropose(): boolean {
		return this.#position !== null;
	}

	/**
	 * Proposes a change to the customer with this answer. A repeated proposal counts once.
	 * @returns false outside a session, and when the answer already has the maximum number of proposals.
	 */
	propose(proposal: Omit<Proposal, "key">): boolean {
		if (!this.#position) return false;
		const { tool, orderNumber } = proposal;
		const key = idempotencyKeyOf(this.#position, tool, { orderNumber, ...proposal.arguments });
		if (!this.#proposals.has(key) && this.#proposals.size >= MAX_PROPOSALS_PER_ANSWER) return false;
		this.#proposals.set(key, { ...proposal, key });
		return true;
	}

	/** The fields of the answer that describe its tool runs. */
	toAnswerFields(): Pick<Answer, "did" | "proposals" | "needsIdentity"> {
		return {
			...(this.#lookups.size > 0 ? { did: [...this.#lookups.values()] } : {}),
			...(this.#proposals.size > 0 ? { proposals: [...this.#proposals.values()] } : {}),
			...(this.#needsIdentity ? { needsIdentity: true } : {}),
		};
	}
}

/** The metadata of the answer's message: the tool runs, and how customers can identify themselves. */
export function toolRunMetadata({ did, needsIdentity }: Answer): MessageMetadata {
	return {
		...(did ? { did } : {}),
		...(needsIdentity ? { identify: canSendCodes() ? "code" : "sign-in" } : {}),
		...(needsIdentity && hasSignInPage() ? { signIn: true } : {}),
	};
}

/** Whether customers have a page to sign in on: the demo shop's page, or SIGN_IN_URL. */
const hasSignInPage = (): boolean => env().MEVI_EMBEDDED || env().SIGN_IN_URL !== undefined;

function idempotencyKeyOf(position: QuestionPosition, tool: string, args: Record<string, unknown>): string {
	const sorted = JSON.stringify(args, (_name, value) =>
		value && typeof value === "object" && !Array.isArray(value)
			? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
			: value,
	);
	return createHash("sha256")
		.update(`${position.sessionId}|${position.questionSeq}|${tool}|${sorted}`)
		.digest("base64url");
}
