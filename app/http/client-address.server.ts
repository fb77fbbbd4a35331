import { createHmac } from "node:crypto";
import { BlockList, isIP, isIPv6 } from "node:net";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { findExchange, type WithHeaders } from "./exchange.server.ts";

/** This machine and the networks in TRUSTED_PROXIES, whose X-Forwarded-For is trusted. */
const trusted = () =>
	singleton("trusted-proxies", () => {
		const list = new BlockList();
		list.addSubnet("127.0.0.0", 8, "ipv4");
		list.addAddress("::1", "ipv6");
		for (const { address, bits } of env().TRUSTED_PROXIES) {
			list.addSubnet(address, bits, isIPv6(address) ? "ipv6" : "ipv4");
		}
		return list;
	});

/**
 * The address that a request is counted for. Anybody can forge headers, so X-Forwarded-For is read from its end and only
 * as long as each hop was added by a trusted proxy.
 */
export function clientAddress(request: WithHeaders): string {
	return network(senderAddress(request));
}

/** A network that a request is counted for; `share` is the multiple of one address's limit that it may use. */
export type CountedNetwork = { name: string; share: number };

/** The multiple of one address's limit for a /56: it may be a household, an office or an attacker. */
const WIDE_SHARE = 4;

/**
 * The networks a request is counted for: its address, and for IPv6 also the /56 around it. That is what
 * providers commonly give to one customer (RIPE-690), who can take 256 networks of 64 bits from it.
 */
export function clientNetworks(request: WithHeaders): [CountedNetwork, ...CountedNetwork[]] {
	const address = senderAddress(request);
	const narrow = { name: network(address), share: 1 };
	return isIPv6(address) ? [narrow, { name: network(address, 56), share: WIDE_SHARE }] : [narrow];
}

/**
 * The network answers are shared by: the IPv4 address, or the /56 of an IPv6 one. It is stored while an answer is due
 * or being written, so as a keyed hash: nobody without APP_SECRET can tell an address from it.
 * @returns 22 characters of base64url, 132 bits of an HMAC.
 */
export function senderNetworkKey(request: WithHeaders): string {
	const { name } = clientNetworks(request).at(-1) as CountedNetwork;
	return createHmac("sha256", env().APP_SECRET ?? "")
		.update(`network|${name}`)
		.digest("base64url")
		.slice(0, 22);
}

function senderAddress(request: WithHeaders): string {
	const exchange = findExchange(request);
	const socket = typeof exchange === "object" ? exchange.request.socket : null;
	const peer = bareAddress(socket?.remoteAddress ?? "local");
	const forwarded = request.headers.get("X-Forwarded-For");
	return forwarded ? nearestUntrustedAddress(peer, forwarded.split(","), isTrusted) : peer;
}

/** The last address that is not a trusted proxy's. Exported for its test. */
export function nearestUntrustedAddress(
	peer: string,
	hops: string[],
	isProxy: (address: string) => boolean,
): string {
	let nearest = peer;
	for (const hop of hops.map((text) => bareAddress(text.trim())).reverse()) {
		if (!isProxy(nearest) || !isIP(hop)) break;
		nearest = hop;
	}
	return nearest;
}

function isTrusted(address: string): boolean {
	return isIP(address) !== 0 && trusted().check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Removes the prefix of an IPv4 address written as IPv6, and the zone. */
function bareAddress(address: string): string {
	const [bare = address] = address
		.toLowerCase()
		.replace(/^::ffff:(?=\d+\.)/, "")
		.split("%");
	return bare;
}

/**
 * The network that counts as one address: an IPv4 address (also written as IPv6), or the first 64 bits of an IPv6
 * address, because one customer connection gets all addresses of such a network. @param bits 56 for a wider network.
 */
export function network(address: string, bits: 56 | 64 = 64): string {
	const bare = bareAddress(address);
	if (!isIPv6(bare)) return bare;
	const [head = "", tail] = bare.split("::");
	const before = head === "" ? [] : head.split(":");
	const after = tail ? tail.split(":") : [];
	const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
	const groups = [...before, ...Array<string>(zeros).fill("0"), ...after].slice(0, 4);
	const values = groups.map((group) => Number.parseInt(group, 16));
	if (bits === 56) values[3] = (values[3] ?? 0) & 0xff00;
	return `${values.map((value) => value.toString(16)).join(":")}::/${bits}`;
}
