import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { createLedger, type Ledger, latencyFigures, type MessageCounts } from "../ledger.ts";
import type { Client, OnRender, Target } from "./client.ts";
import { connectOurs } from "./ours-client.ts";
import { connectSocketIo } from "./socket-io-client.ts";

/** Milliseconds without a new message after which missing messages count as lost: twice the longest repair time. */
const QUIET_MS = 10_000;
const SETTLE_LIMIT_MS = 60_000;
const TICK_MS = 1;

export interface OpenLoop {
	type: "open";
	/** Messages a second over all sessions, independent of the servers' speed. */
	rate: number;
	seconds: number;
}
export interface ClosedLoop {
	type: "closed";
	/** Number of senders. Each has its own session and sends its next message when the last one is acknowledged. */
	senders: number;
	seconds: number;
}

/** The result of a run. */
export interface TrafficResult {
	/** Latency from due to shown, in milliseconds. */
	p50: number;
	p99: number;
	max: number;
	/** Longest latency of the messages that arrived, in milliseconds. */
	worstArrival: number;
	/** Messages shown a second during the schedule. */
	rate: number;
	/** Messages acknowledged a second during the schedule. */
	ackRate: number;
	/** Share of one processor that the load's own process used. */
	loadCpu: number;
	verdict: MessageCounts;
}

/** Sends messages and records their arrival. @param onStart called when the schedule begins. */
export async function runTraffic(
	target: Target,
	job: OpenLoop | ClosedLoop,
	onStart: () => void,
): Promise<TrafficResult> {
	const ledger = createLedger();
	const onRender: OnRender = (id, conversation) => ledger.render(id, conversation, performance.now());
	const client = await (target.kind === "ours" ? connectOurs : connectSocketIo)(target, onRender);
	try {
		onStart();
		const cpu = process.cpuUsage();
		const from = performance.now();
		const to = from + job.seconds * 1_000;
		if (job.type === "open")
			await openLoop({ client, ledger, job, conversations: target.conversations.length });
		else await closedLoop({ client, ledger, job });
		const used = process.cpuUsage(cpu);
		const spentMs = performance.now() - from;
		const { rendered, acked } = ledger.during({ from, to });
		await settle(ledger);
		return {
			...latencyFigures(ledger.latencies({ from, to, now: performance.now() })),
			worstArrival: ledger.worstArrival(),
			rate: rendered / job.seconds,
			ackRate: acked / job.seconds,
			loadCpu: (used.user + used.system) / 1_000 / spentMs,
			verdict: ledger.verdict(),
		};
	} finally {
		client.close();
	}
}

/**
 * Sends on a fixed schedule: a message is due at its time even if the servers are slow, and its latency grows while
 * it waits in the outbox (no coordinated omission).
 */
async function openLoop(options: {
	client: Client;
	ledger: Ledger;
	job: OpenLoop;
	conversations: number;
}): Promise<void> {
	const { client, ledger, job, conversations } = options;
	const outboxes = Array.from({ length: conversations }, () => ({
		waiting: [] as string[],
		isSending: false,
	}));
	const total = Math.round(job.rate * job.seconds);
	const begun = performance.now();

	async function send(index: number) {
		const outbox = outboxes[index];
		if (!outbox || outbox.isSending) return;
		outbox.isSending = true;
		for (let id = outbox.waiting.shift(); id !== undefined; id = outbox.waiting.shift()) {
			await post(client, ledger, index, id);
		}
		outbox.isSending = false;
	}

	for (let sent = 0; sent < total; ) {
		const due = Math.min(total, Math.floor(((performance.now() - begun) * job.rate) / 1_000) + 1);
		for (; sent < due; sent += 1) {
			const index = sent % conversations;
			const id = randomUUID();
			ledger.write(id, index, begun + (sent * 1_000) / job.rate);
			outboxes[index]?.waiting.push(id);
			void send(index);
		}
		await delay(TICK_MS);
	}
	const left = begun + job.seconds * 1_000 - performance.now();
	if (left > 0) await delay(left);
}

async function closedLoop(options: { client: Client; ledger: Ledger; job: ClosedLoop }): Promise<void> {
	const { client, ledger, job } = options;
	const until = performance.now() + job.seconds * 1_000;
	await Promise.all(
		Array.from({ length: job.senders }, async (_, index) => {
			while (performance.now() < until) {
				const id = randomUUID();
				ledger.write(id, index, performance.now());
				await post(client, ledger, index, id);
			}
		}),
	);
}

async function post(client: Client, ledger: Ledger, conversation: number, id: string): Promise<void> {
	const text = `Message ${id}: is the oak table still to be had, and when would it be here?`;
	await client.post(conversation, { id, text });
	ledger.ack(id, performance.now());
}

/** Waits until every message has arrived, or until nothing new arrives. */
async function settle(ledger: Ledger): Promise<void> {
	let last = "";
	let stillSince = performance.now();
	const until = stillSince + SETTLE_LIMIT_MS;
	while (!ledger.isSettled() && performance.now() < Math.min(until, stillSince + QUIET_MS)) {
		const now = JSON.stringify(ledger.count());
		if (now !== last) stillSince = performance.now();
		last = now;
		await delay(20);
	}
}
