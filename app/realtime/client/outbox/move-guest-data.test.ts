import { expect, it } from "vitest";
import { createStorage } from "#tests/setup/browser.ts";
import { moveGuestData } from "./move-guest-data.ts";

const RENAMES = ["mevi-outbox", "mevi-draft"].map((name) => ({
	from: `${name} guest`,
	to: `${name} customer`,
}));

function keysOf(storage: Storage): Record<string, string | null> {
	const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "");
	return Object.fromEntries(keys.sort().map((key) => [key, storage.getItem(key)]));
}

it("moves the guest's entries once, and no other entries", () => {
	const storage = createStorage();
	storage.setItem("mevi-outbox guest one", "1");
	storage.setItem("mevi-outbox guest two", "2");
	storage.setItem("mevi-draft guest", "half a sentence");
	storage.setItem("mevi-outbox guest2 three", "another guest's");
	storage.setItem("mevi-outbox customer zero", "0");
	for (let times = 0; times < 2; times += 1) {
		moveGuestData(RENAMES, [() => storage]);
		expect(keysOf(storage)).toEqual({
			"mevi-draft customer": "half a sentence",
			"mevi-outbox customer one": "1",
			"mevi-outbox customer two": "2",
			"mevi-outbox customer zero": "0",
			"mevi-outbox guest2 three": "another guest's",
		});
	}
});

it("keeps the customer's existing entries of the same name", () => {
	const storage = createStorage();
	storage.setItem("mevi-draft guest", "as a guest");
	storage.setItem("mevi-draft customer", "as the customer");
	moveGuestData(RENAMES, [() => storage]);
	expect(keysOf(storage)).toEqual({ "mevi-draft customer": "as the customer" });
});

it("loses nothing where the storage is full or disabled", () => {
	const storage = createStorage();
	storage.setItem("mevi-outbox guest one", "1");
	storage.setItem = () => {
		throw new DOMException("Full.", "QuotaExceededError");
	};
	const off = () => {
		throw new DOMException("Off.", "SecurityError");
	};
	moveGuestData(RENAMES, [off, () => storage]);
	expect(keysOf(storage)).toEqual({ "mevi-outbox guest one": "1" });
});
