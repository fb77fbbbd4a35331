import { test } from "../e2e/fixtures.ts";
import { NETWORKS } from "./networks.ts";
import { runConversationThroughProxy } from "./story.ts";

/**
 * One run of the test story for each network. The measurements are stored as Playwright annotations, from which
 * run.ts makes the table.
 */

const appPort = Number(process.env.E2E_PORT);

for (const network of NETWORKS) {
	test(network.name, async ({ browser }) => {
		const running = await network.start(appPort);
		test.skip(running === null, `${network.program} is not installed`);
		if (!running) return;
		try {
			const findings = await runConversationThroughProxy({
				browser,
				network: running,
				appAddress: `http://localhost:${appPort}`,
				liveWithinMs: network.liveWithinMs,
			});
			test.info().annotations.push({ type: "findings", description: JSON.stringify(findings) });
		} finally {
			await running.stop();
		}
	});
}
