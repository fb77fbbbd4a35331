import { DEMO_AGENT_EMAIL, expect, test } from "./fixtures.ts";
import {
	conversationOf,
	inboxRow,
	inFrame,
	log,
	message,
	open,
	openWithoutScripts,
	seeInFrame,
	signIn,
	write,
} from "./people.ts";

const DAY_MS = 24 * 60 * 60_000;

test("a message shows the day on which it was written, in the viewer's time zone and language", async ({
	browser,
	guard,
}) => {
	const visit = { timezoneId: "America/New_York", locale: "en-US" };
	const context = await browser.newContext(visit);
	guard.watch(context);
	const page = await context.newPage();
	await open(page, "/chat");
	await write(page, "Hello, where is my parcel?");
	const written = message(page, "where is my parcel").getByRole("time");
	await expect(written).toHaveText(/^\d{1,2}:\d\d [AP]M/);
	const iso = (await written.getAttribute("datetime")) ?? "";
	const at = (form: Intl.DateTimeFormatOptions) =>
		new Intl.DateTimeFormat("en-US", { ...form, timeZone: visit.timezoneId }).format(new Date(iso));
	const inFull = new RegExp(
		`${at({ weekday: "long" })}, ${at({ month: "long" })} ${at({ day: "numeric" })}, 20\\d\\d`,
	);
	await expect(log(page).locator("[data-day]")).toHaveText("Today");
	await expect(written).toHaveAttribute("title", inFull);
	const { storageState } = { storageState: await context.storageState() };

	const days: [number, string][] = [
		[1, "Yesterday"],
		[3, at({ weekday: "short", month: "short", day: "numeric" })],
		[400, at({ month: "short", day: "numeric", year: "numeric" })],
	];
	for (const [later, name] of days) {
		const page = await context.newPage();
		await page.clock.setFixedTime(Date.parse(iso) + later * DAY_MS);
		await open(page, "/chat");
		await expect(log(page).locator("[data-day]")).toHaveText(name);
		const day = at({ month: "short", day: "numeric" });
		await expect(message(page, "where is my parcel").getByRole("time")).toHaveText(
			new RegExp(`${day},.* \\d{1,2}:\\d\\d`),
		);
		await page.close();
	}

	const plain = await browser.newContext({ ...visit, storageState, javaScriptEnabled: false });
	guard.watch(plain);
	const unscripted = await plain.newPage();
	await openWithoutScripts(unscripted, "/chat");
	await seeInFrame(unscripted, "where is my parcel");
	await inFrame(unscripted, async (frame) => {
		await expect(message(frame, "where is my parcel").getByRole("time")).toHaveText(/\d\d:\d\d UTC/);
		await expect(log(frame).locator("[data-day]")).toHaveText(/^\w{3} \d{1,2} \w{3}$/);
	});
	await plain.close();
	await context.close();
});

test("a list shows how long ago something was, and updates it", async ({
	page: customer,
	browser,
	guard,
}) => {
	const desk = await browser.newContext();
	guard.watch(desk);
	const agent = await desk.newPage();
	await open(customer, "/chat");
	await write(customer, "Do you sell lamps?");
	await expect(message(customer, "Do you sell lamps?").getByRole("time")).toBeVisible();
	const sessionId = await conversationOf(customer);
	await signIn(agent, DEMO_AGENT_EMAIL);
	const age = inboxRow(agent, sessionId).getByRole("time").locator("[aria-hidden]");
	await expect(age).toHaveText(/^(Now|1 min)$/);
	const later = Date.now();
	for (const [minutes, text] of [
		[12, /^1[123] min$/],
		[185, /^[23] hr$/],
	] as const) {
		await agent.clock.setFixedTime(later + minutes * 60_000);
		await agent.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
		await expect(age).toHaveText(text);
	}
	await desk.close();
});
