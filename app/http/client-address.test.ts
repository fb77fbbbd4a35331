import { expect, it } from "vitest";
import { nearestUntrustedAddress, network } from "./client-address.server.ts";

const isProxy = (address: string) => address === "127.0.0.1" || address.startsWith("10.");

it("trusts a forwarded address only as far as trusted proxies added it", () => {
	expect(nearestUntrustedAddress("127.0.0.1", ["203.0.113.9"], isProxy)).toBe("203.0.113.9");
	expect(nearestUntrustedAddress("10.0.0.2", ["198.51.100.1", "203.0.113.9", "10.0.0.7"], isProxy)).toBe(
		"203.0.113.9",
	);
	// A client that forges the header X-Forwarded-For still gets its own address.
	expect(nearestUntrustedAddress("203.0.113.9", ["198.51.100.1"], isProxy)).toBe("203.0.113.9");
	expect(nearestUntrustedAddress("127.0.0.1", ["not an address"], isProxy)).toBe("127.0.0.1");
	expect(nearestUntrustedAddress("127.0.0.1", [""], isProxy)).toBe("127.0.0.1");
});

it("counts the addresses of one IPv6 network as one, and an IPv4 address in every notation as the same", () => {
	expect(network("2001:db8:1:2:aaaa::1")).toBe(network("2001:db8:1:2:bbbb:1:2:3"));
	expect(network("2001:db8:1:3::1")).not.toBe(network("2001:db8:1:2::1"));
	expect(network("::ffff:192.0.2.1")).toBe("192.0.2.1");
});

it.each([
	["2001:db8:1:2ff:aaaa::1", "2001:db8:1:200::/56"],
	["2001:db8:1:200::", "2001:db8:1:200::/56"],
	["2001:db8:1:1ff::1", "2001:db8:1:100::/56"],
	["2001:db8:1:f::1", "2001:db8:1:0::/56"],
	["2001:db8::1", "2001:db8:0:0::/56"],
	["::1", "0:0:0:0::/56"],
	["fe80::1%eth0", "fe80:0:0:0::/56"],
])("finds the /56 of %s", (address, wide) => {
	expect(network(address, 56)).toBe(wide);
});
