import { expect, test } from "./fixtures.ts";
import { freePort, startServerProcess } from "./instance.ts";
import { connection, log, markDocument, message, open, write } from "./people.ts";

test("pages reconnect to a restarted server, and messages written meanwhile arrive once", async ({
	page,
	guard,
}) => {
	// The last expected error is of a receipt that reached the server while it stopped.
	guard.expectError(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE/);
	const port = await freePort();
	let server = await startServerProcess(port);
	try {
		await open(page, `${server.address}/chat`);
		await write(page, "thank you");
		await expect(message(page, "You're welcome.")).toBeVisible();
		const isSame = await markDocument(page);

		await server.stop();
		await expect(connection(page)).toContainText("Reconnecting");
		await write(page, "Written while nobody was there");
		await expect(log(page)).toContainText("Sending");

		server = await startServerProcess(port);
		await expect(message(page, "Written while nobody was there")).toHaveCount(1);
		await expect(connection(page)).toHaveText("");
		await expect(log(page).getByRole("article"), "with its answer").toHaveCount(4);
		expect(await isSame()).toBe(true);
	} finally {
		await server.stop();
	}
});
