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
	/** Number of messages sent in a second in all sessions together, independent of the servers' speed. */
	rate: number;
	seconds: number;
}
export interface ClosedLoop {
	type: "closed";
	/** Number of senders. Each has its own session and sends its next message when the last one is acknowledged. */
	senders: number;
	seconds: number;
}

/**
 * Length in milliseconds of the first part of a run, which is reported separately because streams have just been
 * opened and code is still being optimised. The other figures are of the steady phase after it.
 */
export const START_MS = 2_500;

/** The result of a run; latencies and rates are of the steady phase, after the first part of the run. */
export interface TrafficResult {
	/** Latencies of the messages that were due in the first part of the run. */
	startP50: number;
	startP99: number;
	/** Number of messages acknowledged in the steady phase and later. */
	steadyAcked: number;
	/** Latency of messages in milliseconds, from the time when a message was due to the time when it was shown. */
	p50: number;
	p99: number;
	max: number;
	/** Longest latency of the messages that arrived, in milliseconds. */
	worstArrival: number;
	/** Number of messages shown in a second while messages were sent. */
	rate: number;
	/** Number of messages acknowledged in a second while messages were sent. */
	ackRate: number;
	/** Share of one processor that the process of the load generator used. */
	loadCpu: number;
	verdict: MessageCounts;
}

/**
 * Sends messages and records their arrival. @param notify called when sending begins and when the steady phase
 * begins.
 */
export async function runTraffic(
	target: Target,
	job: OpenLoop | ClosedLoop,
	notify: (phase: "started" | "steady") => void,
): Promise<TrafficResult> {
	const ledger = createLedger();
	const onRender: OnRender = (id, conversation) => ledger.render(id, conversation, performance.now());
	const client = await (target.kind === "ours" ? connectOurs : connectSocketIo)(target, onRender);
	try {
		notify("started");
		const cpu = process.cpuUsage();
		const from = performance.now();
		const steady = from + START_MS;
		const to = steady + job.seconds * 1_000;
		setTimeout(() => notify("steady"), START_MS);
		if (job.type === "open")
			await openLoop({ client, ledger, job, conversations: target.conversations.length });
		else await closedLoop({ client, ledger, job });
		const used = process.cpuUsage(cpu);
		const spentMs = performance.now() - from;
		const { rendered, acked } = ledger.during({ from: steady, to });
		await settle(ledger);
		const now = performance.now();
		const start = latencyFigures(ledger.latencies({ from, to: steady, now }));
		return {
			...latencyFigures(ledger.latencies({ from: steady, to, now })),
			startP50: start.p50,
			startP99: start.p99,
			steadyAcked: ledger.during({ from: steady, to: now }).acked,
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
 * Sends messages on a fixed schedule. A message is due at its time even if the servers are slow, and its latency
 * includes the time in which it waits to be sent (this avoids "coordinated omission").
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
	const spanMs = START_MS + job.seconds * 1_000;
	const total = Math.round((job.rate * spanMs) / 1_000);
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
	const left = begun + spanMs - performance.now();
	if (left > 0) await delay(left);
}

async function closedLoop(options: { client: Client; ledger: Ledger; job: ClosedLoop }): Promise<void> {
	const { client, ledger, job } = options;
	const until = performance.now() + START_MS + job.seconds * 1_000;
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

/** Waits until every message has arrived, or until no more messages arrive for a while. */
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
