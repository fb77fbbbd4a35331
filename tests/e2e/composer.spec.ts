import { expect, test } from "./fixtures.ts";
import { button, composer, log, message, open } from "./people.ts";

test("the Enter of an input method does not send, and the next Enter does", async ({ page }) => {
	await open(page, "/chat");
	const field = composer(page);
	await field.fill("東京の店はありますか");
	await field.evaluate((element) => {
		const press = (init: KeyboardEventInit & { keyCode: number }) =>
			element.dispatchEvent(
				new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...init }),
			);
		press({ keyCode: 13, isComposing: true });
		// Safari reports the end of a text composition (input method) before the key event that ended it.
		element.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "か" }));
		press({ keyCode: 229 });
		element.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "か" }));
		press({ keyCode: 13 });
	});
	await expect(field).toHaveValue("東京の店はありますか");
	await expect(log(page).getByRole("article")).toHaveCount(0);
	await field.press("Enter");
	await expect(message(page, "東京の店はありますか")).toHaveCount(1);
	await expect(field).toHaveValue("");
});

test("Enter sends in a browser without requestSubmit, and Shift+Enter breaks the line", async ({ page }) => {
	await page.addInitScript(() => Reflect.deleteProperty(HTMLFormElement.prototype, "requestSubmit"));
	await open(page, "/chat");
	await expect(composer(page)).toHaveAttribute("enterkeyhint", "send");
	await composer(page).pressSequentially("First line");
	await composer(page).press("Shift+Enter");
	await composer(page).pressSequentially("second line");
	await expect(composer(page)).toHaveValue("First line\nsecond line");
	await composer(page).press("Enter");
	await expect(message(page, "second line")).toHaveCount(1);
});

test("on a touch keyboard Enter breaks the line, and the button sends", async ({ browser, guard }) => {
	const phone = await browser.newContext({
		hasTouch: true,
		isMobile: true,
		viewport: { width: 390, height: 844 },
	});
	guard.watch(phone);
	const page = await phone.newPage();
	await open(page, "/chat");
	await expect(composer(page)).toHaveAttribute("enterkeyhint", "enter");
	await composer(page).pressSequentially("One");
	await composer(page).press("Enter");
	await composer(page).pressSequentially("two");
	await expect(composer(page)).toHaveValue("One\ntwo");
	await button(page, "Send").tap();
	await expect(message(page, /One\s+two/)).toHaveCount(1);
	await phone.close();
});
