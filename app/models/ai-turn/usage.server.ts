import { and, eq, sql } from "drizzle-orm";
import { env } from "#app/env.server.ts";
import type { Price, SettingValue } from "#app/models/setting/shapes.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { aiTurns, aiUsage, chatSessions } from "#db/schema.ts";
import type { Turn } from "./ai-turn.server.ts";

/** Cost of model calls, and limits for it. Amounts are in micros (millionths of a dollar). */

/** Estimated tokens of an answer before it is written: two requests of the usual size (docs/assistant.md). */
const ESTIMATED_ANSWER_TOKENS = { promptTokens: 6_000, completionTokens: 600 };

/** The usage of one model call. `turnId` and `sessionId` are absent for calls outside a turn or session. */
export type ModelUsage = {
	purpose: "answer" | "handover" | "classify" | "summarise" | "translate" | "suggest" | "rewrite" | "embed";
	model: string;
	promptTokens: number;
	completionTokens: number;
	turnId?: string | null;
	sessionId?: string | null;
};

/** Days in UTC, as providers count them. */
const TODAY_UTC = sql`(now() at time zone 'utc')::date`;

/** Adds the usage of a model call to its day, turn and session. */
export async function recordModelUsage(usage: ModelUsage): Promise<void> {
	const { purpose, model, promptTokens, completionTokens, turnId, sessionId } = usage;
	const costMicros = costMicrosOf(await getSetting("ai_prices"), usage);
	await db.transaction(async (tx) => {
		// Every writer locks the session before the turn. The day's row is locked last, because all processes share
		// it.
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

/** The cost of a call at the owner's prices, in micros. */
export async function readCostMicros(
	call: Pick<ModelUsage, "model" | "promptTokens" | "completionTokens">,
): Promise<number> {
	return costMicrosOf(await getSetting("ai_prices"), call);
}

/** Whether the model may answer, or which limit is reached. */
export type CostAllowance = "allowed" | "session-spent" | "day-spent";

/**
 * Decides whether the model may answer a turn, and reserves the estimated cost. Processes do this one after another
 * and see each other's reservations, so a burst exceeds the daily budget only by what answers cost above their
 * estimate. A dead process's reservation ends with its lease.
 */
export async function reserveTurnCost(turn: Turn, model: string): Promise<CostAllowance> {
	// In parallel, and without the prices where they are not needed, because the customer is waiting.
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

/** Reservations of this process for answers outside any session, which have no turn to store them. */
const reservedWithoutTurn = { micros: 0 };

/**
 * Like `reserveTurnCost`, for an answer outside any session. The reservation is known to this process only.
 * @returns `release` ends the reservation; call it when the answer is finished or has failed.
 */
export async function reserveCostWithoutTurn(
	model: string,
): Promise<{ allowance: CostAllowance; release: () => void }> {
	const budget = dayBudgetMicros(await getSetting("assistant_caps"));
	if (budget === null) return { allowance: "allowed", release: () => {} };
	const estimate = costMicrosOf(await getSetting("ai_prices"), { model, ...ESTIMATED_ANSWER_TOKENS });
	const written = await readStoredSpentAndReservedToday(db);
	// No `await` between the check and the reservation, so that two requests cannot use the same budget.
	if (written + reservedWithoutTurn.micros + estimate > budget)
		return { allowance: "day-spent", release: () => {} };
	reservedWithoutTurn.micros += estimate;
	const release = () => {
		reservedWithoutTurn.micros -= estimate;
	};
	return { allowance: "allowed", release };
}

/** Whether the daily budget allows another request to the small model. */
export async function hasDayBudget(): Promise<boolean> {
	const budget = dayBudgetMicros(await getSetting("assistant_caps"));
	return budget === null || (await readSpentAndReservedToday(db)) < budget;
}

/** The daily budget in micros; null without a limit. */
function dayBudgetMicros(caps: SettingValue<"assistant_caps">): number | null {
	const dollars = env().AI_DAILY_BUDGET ?? caps.dollarsPerDay;
	return dollars === null ? null : dollars * 1e6;
}

/** Micros that were spent today, and reserved by all running answers. */
async function readSpentAndReservedToday(executor: Pick<Transaction, "execute">): Promise<number> {
	return (await readStoredSpentAndReservedToday(executor)) + reservedWithoutTurn.micros;
}

/** The part of it that is in the database: without the reservations of this process. */
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

/** The cost of a call in micros. A price in dollars per million tokens is also the price in micros per token. */
function costMicrosOf(
	prices: Record<string, Price>,
	call: Pick<ModelUsage, "model" | "promptTokens" | "completionTokens">,
): number {
	const names = Object.keys(prices).filter((name) => name !== "*" && call.model.startsWith(name));
	const longest = names.sort((a, b) => b.length - a.length)[0] ?? "*";
	const price = prices[longest] ?? { input: 0, output: 0 };
	return Math.ceil(call.promptTokens * price.input + call.completionTokens * price.output);
}
