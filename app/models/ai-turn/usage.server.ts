import { and, eq, sql } from "drizzle-orm";
import { env } from "#app/env.server.ts";
import type { Price, SettingValue } from "#app/models/setting/shapes.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { aiTurns, aiUsage, chatSessions } from "#db/schema.ts";
import type { Turn } from "./ai-turn.server.ts";

/** What model calls cost, and whether another may be made. Money is in micros, millionths of a dollar. */

/** Tokens an answer is taken to need until it is known: two requests of the usual size (docs/assistant.md). */
const ESTIMATED_ANSWER_TOKENS = { promptTokens: 6_000, completionTokens: 600 };

/** One call of a model: for what, which, and for whose turn, when it is for one. */
export type ModelUsage = {
	purpose: "answer" | "handover" | "classify" | "summarise" | "translate" | "suggest" | "rewrite" | "embed";
	model: string;
	promptTokens: number;
	completionTokens: number;
	turnId?: string | null;
	sessionId?: string | null;
};

/** Days are UTC's, as the providers count them. */
const TODAY_UTC = sql`(now() at time zone 'utc')::date`;

/** Writes a call down: for the day, and for the turn and the conversation it was made for. */
export async function recordModelUsage(usage: ModelUsage): Promise<void> {
	const { purpose, model, promptTokens, completionTokens, turnId, sessionId } = usage;
	const costMicros = costMicrosOf(await getSetting("ai_prices"), usage);
	await db.transaction(async (tx) => {
		// The session first and the turn second, as everywhere; the day's row, which all share, for as short as can be.
		if (sessionId) {
			await tx
				.update(chatSessions)
				.set({ aiCostMicros: sql`${chatSessions.aiCostMicros} + ${costMicros}` })
				.where(eq(chatSessions.sessionId, sessionId));
		}
		if (turnId) {
			await tx
				.update(aiTurns)
				.set({ costMicros: sql`${aiTurns.costMicros} + ${costMicros}` })
				.where(eq(aiTurns.id, turnId));
		}
		await tx
			.insert(aiUsage)
			.values({
				day: sql`${TODAY_UTC}`,
				purpose,
				model,
				calls: 1,
				promptTokens,
				completionTokens,
				costMicros,
			})
			.onConflictDoUpdate({
				target: [aiUsage.day, aiUsage.purpose, aiUsage.model],
				set: {
					calls: sql`${aiUsage.calls} + 1`,
					promptTokens: sql`${aiUsage.promptTokens} + ${promptTokens}`,
					completionTokens: sql`${aiUsage.completionTokens} + ${completionTokens}`,
					costMicros: sql`${aiUsage.costMicros} + ${costMicros}`,
				},
			});
	});
}

/** What a model's tokens cost at the owner's prices, in millionths of a dollar. */
export async function readCostMicros(
	call: Pick<ModelUsage, "model" | "promptTokens" | "completionTokens">,
): Promise<number> {
	return costMicrosOf(await getSetting("ai_prices"), call);
}

/** Whether a model may write the answer: yes, or which limit is reached. */
export type CostAllowance = "allowed" | "session-spent" | "day-spent";

/**
 * Asks whether a turn's answer may be written by a model, and holds back what it may cost. All who ask go one
 * after the other, and each sees what the others hold back; so a burst over many processes goes past the
 * day's budget by no more than answers cost above their estimate. What a dead process held back is free again
 * with its lease.
 */
export async function reserveTurnCost(turn: Turn, model: string): Promise<CostAllowance> {
	// At once, and the prices only where they are needed: the customer waits for this.
	const [caps, [session]] = await Promise.all([
		getSetting("assistant_caps"),
		db
			.select({ spent: chatSessions.aiCostMicros })
			.from(chatSessions)
			.where(eq(chatSessions.sessionId, turn.sessionId)),
	]);
	const sessionLimit = caps.dollarsPerSession;
	if (sessionLimit !== null && (session?.spent ?? 0) >= sessionLimit * 1e6) return "session-spent";
	const budget = dayBudgetMicros(caps);
	if (budget === null) return "allowed";
	const estimate = costMicrosOf(await getSetting("ai_prices"), { model, ...ESTIMATED_ANSWER_TOKENS });
	return db.transaction(async (tx) => {
		await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('ai budget', 2))`);
		if ((await readSpentAndReservedToday(tx)) + estimate > budget) return "day-spent";
		await tx
			.update(aiTurns)
			.set({ reservedMicros: sql`${aiTurns.costMicros} + ${estimate}` })
			.where(and(eq(aiTurns.id, turn.id), eq(aiTurns.fence, turn.fence)));
		return "allowed";
	});
}

/** What this process holds back for answers outside any conversation: they have no turn to keep it. */
const reservedWithoutTurn = { micros: 0 };

/**
 * The same for an answer outside any conversation, and for this process alone: however many ask at once, each sees
 * what the others hold back. `release` is to be called when the answer is there, or has failed.
 */
export async function reserveCostWithoutTurn(
	model: string,
): Promise<{ allowance: CostAllowance; release: () => void }> {
	const budget = dayBudgetMicros(await getSetting("assistant_caps"));
	if (budget === null) return { allowance: "allowed", release: () => {} };
	const estimate = costMicrosOf(await getSetting("ai_prices"), { model, ...ESTIMATED_ANSWER_TOKENS });
	const written = await readStoredSpentAndReservedToday(db);
	// Looked at and held without a wait between, so that no two take the same room.
	if (written + reservedWithoutTurn.micros + estimate > budget)
		return { allowance: "day-spent", release: () => {} };
	reservedWithoutTurn.micros += estimate;
	const release = () => {
		reservedWithoutTurn.micros -= estimate;
	};
	return { allowance: "allowed", release };
}

/** Whether the day's budget has room for a small job of a model, as a summary. */
export async function hasDayBudget(): Promise<boolean> {
	const budget = dayBudgetMicros(await getSetting("assistant_caps"));
	return budget === null || (await readSpentAndReservedToday(db)) < budget;
}

/** Millionths of a dollar for the whole day; null without a limit. */
function dayBudgetMicros(caps: SettingValue<"assistant_caps">): number | null {
	const dollars = env().AI_DAILY_BUDGET ?? caps.dollarsPerDay;
	return dollars === null ? null : dollars * 1e6;
}

/** What was spent today, and what the answers under way may still cost. */
async function readSpentAndReservedToday(executor: Pick<Transaction, "execute">): Promise<number> {
	return (await readStoredSpentAndReservedToday(executor)) + reservedWithoutTurn.micros;
}

/** The part of it that all processes know. */
async function readStoredSpentAndReservedToday(executor: Pick<Transaction, "execute">): Promise<number> {
	const [row] = await executor.execute<{ micros: number }>(sql`select (
		coalesce((select sum(cost_micros) from ai_usage where day = ${TODAY_UTC}), 0)
		+ coalesce((
			select sum(greatest(reserved_micros - cost_micros, 0)) from ai_turns
			where state = 'running' and lease_until > now()
		), 0)
	)::float8 as micros`);
	return row?.micros ?? 0;
}

/** Dollars for a million tokens are micros for one. */
function costMicrosOf(
	prices: Record<string, Price>,
	call: Pick<ModelUsage, "model" | "promptTokens" | "completionTokens">,
): number {
	const names = Object.keys(prices).filter((name) => name !== "*" && call.model.startsWith(name));
	const longest = names.sort((a, b) => b.length - a.length)[0] ?? "*";
	const price = prices[longest] ?? { input: 0, output: 0 };
	return Math.ceil(call.promptTokens * price.input + call.completionTokens * price.output);
}
