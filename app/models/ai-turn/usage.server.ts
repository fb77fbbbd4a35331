import { and, eq, sql } from "drizzle-orm";
import { env } from "#app/env.server.ts";
import type { Price, SettingValue } from "#app/models/setting/shapes.ts";
import { getSetting } from "#app/models/setting/store.server.ts";
import { db, type Transaction } from "#db/client.server.ts";
import { aiTurns, aiUsage, chatSessions } from "#db/schema.ts";
import type { Turn } from "./ai-turn.server.ts";

/** Records the cost of model calls and enforces cost limits. Amounts are in micros (millionths of a dollar). */

/**
 * Tokens for which an answer's cost is reserved before the answer is written: two requests of the usual size
 * (docs/assistant.md).
 */
const ESTIMATED_ANSWER_TOKENS = { promptTokens: 6_000, completionTokens: 600 };

/** The token usage of one model call. `turnId` and `sessionId` are absent for calls outside a turn or session. */
export type ModelUsage = {
	purpose: "answer" | "handover" | "classify" | "summarise" | "translate" | "suggest" | "rewrite" | "embed";
	model: string;
	promptTokens: number;
	completionTokens: number;
	turnId?: string | null;
	sessionId?: string | null;
};

/** The present day in UTC, as providers count days. */
const TODAY_UTC = sql`(now() at time zone 'utc')::date`;

/** Adds the usage of a model call to the totals of the day, the turn and the session. */
export async function recordModelUsage(usage: ModelUsage): Promise<void> {
	const { purpose, model, promptTokens, completionTokens, turnId, sessionId } = usage;
	const costMicros = costMicrosOf(await getSetting("ai_prices"), usage);
	await db.transaction(async (tx) => {
		// Every writer locks the session before the turn. The row of the day is locked last, because all processes share this
		// row.
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

/** The cost of a model call at the prices in the owner's settings, in micros. */
export async function readCostMicros(
	call: Pick<ModelUsage, "model" | "promptTokens" | "completionTokens">,
): Promise<number> {
	return costMicrosOf(await getSetting("ai_prices"), call);
}

/** Whether the model may answer, or which cost limit is reached. */
export type CostAllowance = "allowed" | "session-spent" | "day-spent";

/**
 * Decides whether the model may answer a turn, and reserves the estimated cost. Processes do this one after another and
 * see each other's reservations. A burst of questions therefore exceeds the daily budget only by what answers cost
 * above their estimate. A dead process's reservation ends with its lease.
 */
export async function reserveTurnCost(turn: Turn, model: string): Promise<CostAllowance> {
	// The values are read in parallel, and the prices only where they are needed, because the customer is waiting.
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

/**
 * Costs that this process has reserved for answers outside any session. Such answers have no turn to store the
 * reservation in.
 */
const reservedWithoutTurn = { micros: 0 };

/**
 * Reserves the estimated cost of an answer outside any session, as `reserveTurnCost` does for a turn. Only this process
 * knows the reservation.
 * @returns `release` ends the reservation; call it when the answer is finished or has failed.
 */
export async function reserveCostWithoutTurn(
	model: string,
): Promise<{ allowance: CostAllowance; release: () => void }> {
	const budget = dayBudgetMicros(await getSetting("assistant_caps"));
	if (budget === null) return { allowance: "allowed", release: () => {} };
	const estimate = costMicrosOf(await getSetting("ai_prices"), { model, ...ESTIMATED_ANSWER_TOKENS });
	const written = await readStoredSpentAndReservedToday(db);
	// There is no `await` between the check of the budget and the reservation, so that two requests cannot use the same
	// money.
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

/** Micros of today's budget that were spent or that running answers have reserved. */
async function readSpentAndReservedToday(executor: Pick<Transaction, "execute">): Promise<number> {
	return (await readStoredSpentAndReservedToday(executor)) + reservedWithoutTurn.micros;
}

/**
 * Micros of today's budget that were spent or reserved according to the database, without the reservations in this
 * process's memory.
 */
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

/** The cost of a model call in micros. A price in dollars per million tokens is also the price in micros per token. */
function costMicrosOf(
	prices: Record<string, Price>,
	call: Pick<ModelUsage, "model" | "promptTokens" | "completionTokens">,
): number {
	const names = Object.keys(prices).filter((name) => name !== "*" && call.model.startsWith(name));
	const longest = names.sort((a, b) => b.length - a.length)[0] ?? "*";
	const price = prices[longest] ?? { input: 0, output: 0 };
	return Math.ceil(call.promptTokens * price.input + call.completionTokens * price.output);
}
