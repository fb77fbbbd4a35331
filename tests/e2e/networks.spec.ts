import { NETWORKS } from "../proxies/networks.ts";
import { type Findings, runConversationThroughProxy } from "../proxies/story.ts";
import { expect, test } from "./fixtures.ts";

/** For each faulty network, the transports that a page may use in it; docs/proxies.md lists all networks. */
const TRANSPORTS: Record<string, string[]> = {
	"no fault": ["sse"],
	"store and forward": ["long-poll"],
	// In this network streams are cut, but a stream may last long enough to stay in use, depending on how fast users
	// write.
	"cut after 4,000 bytes": ["sse", "sse-post", "long-poll"],
	"black hole for streams": ["long-poll"],
};

test("on faulty networks each message arrives once and in order, and no typed text is lost", async ({
	browser,
	baseURL,
}) => {
	test.setTimeout(240_000);
	const appAddress = baseURL ?? "";
	const appPort = Number(new URL(appAddress).port);
	const stories = NETWORKS.filter(({ name }) => name in TRANSPORTS).map(
		async (network): Promise<[string, Findings]> => {
			const running = await network.start(appPort);
			if (!running) throw new Error(`${network.name} could not be started.`);
			try {
				const { liveWithinMs } = network;
				const options = { browser, network: running, appAddress, liveWithinMs };
				return [
					network.name,
					await runConversationThroughProxy({ ...options, messages: 3, outageMs: 8_000 }),
				];
			} catch (cause) {
				throw new Error(`${network.name}: ${cause}`);
			} finally {
				await running.stop();
			}
		},
	);
	// The test waits for all networks, so that no page continues after another has failed.
	const ended = await Promise.allSettled(stories);
	expect(ended.flatMap((story) => (story.status === "rejected" ? [String(story.reason)] : []))).toEqual([]);
	const found = new Map(ended.flatMap((story) => (story.status === "fulfilled" ? [story.value] : [])));
	for (const [name, { transport }] of found)
		expect(TRANSPORTS[name], `the transport behind ${name}`).toContain(transport);
	expect(found.get("no fault")?.isTypingSeen, "typing, where the network carries it").toBe(true);
});
