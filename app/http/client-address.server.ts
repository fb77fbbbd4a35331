import { createHmac } from "node:crypto";
import { BlockList, isIP, isIPv6 } from "node:net";
import { env } from "#app/env.server.ts";
import { singleton } from "#app/singleton.server.ts";
import { findExchange, type WithHeaders } from "./exchange.server.ts";

/**
 * The proxies whose header X-Forwarded-For is trusted: this machine and the networks in the setting TRUSTED_PROXIES.
 */
const trustedProxyList = () =>
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
 * The IP address for which a request is counted by the rate limits. Anybody can forge headers, so the addresses in
 * X-Forwarded-For are read from the last one, and only as long as a trusted proxy added them.
 */
export function clientAddress(request: WithHeaders): string {
	return network(senderAddress(request));
}

/**
 * A network for which a request is counted by the rate limits; `share` is the factor by which the network's limit is
 * larger than the limit of one IP address.
 */
export type CountedNetwork = { name: string; share: number };

/**
 * Factor by which the rate limit of a wide IPv6 network (/56) is larger than the limit of one address. Such a network
 * may be a household, an office or an attacker.
 */
const WIDE_SHARE = 4;

/**
 * The networks for which a request is counted by the rate limits: its address and, for IPv6, also the /56 network
 * around the address. Internet providers commonly give a /56 to one customer (RIPE-690), who can use 256 networks of
 * 64 bits in it.
 */
export function clientNetworks(request: WithHeaders): [CountedNetwork, ...CountedNetwork[]] {
	const address = senderAddress(request);
	const narrow = { name: network(address), share: 1 };
	return isIPv6(address) ? [narrow, { name: network(address, 56), share: WIDE_SHARE }] : [narrow];
}

/** The widest network for which a request is counted: the IPv4 address, or the /56 of an IPv6 address. */
export const widestNetwork = (request: WithHeaders): string =>
	(clientNetworks(request).at(-1) as CountedNetwork).name;

/**
 * A keyed hash of the sender's network (IPv4 address, or /56 of an IPv6 address), so that answers can be shared
 * fairly between networks. The hash is stored while an answer is due or being written; nobody without APP_SECRET can
 * compute the address from it.
 * @returns 22 characters of base64url, 132 bits of an HMAC.
 */
export function senderNetworkKey(request: WithHeaders): string {
	return createHmac("sha256", env().APP_SECRET ?? "")
		.update(`network|${widestNetwork(request)}`)
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

/** The last address in a chain of proxies that is not a trusted proxy's address. Exported for its test. */
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
	return isIP(address) !== 0 && trustedProxyList().check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

/** Removes from an address the IPv6 prefix of an IPv4 address (`::ffff:`) and the zone (`%eth0`). */
function bareAddress(address: string): string {
	const [bare = address] = address
		.toLowerCase()
		.replace(/^::ffff:(?=\d+\.)/, "")
		.split("%");
	return bare;
}

/**
 * The network that counts as one address for the rate limits: an IPv4 address (also written as IPv6), or the first 64
 * bits of an IPv6 address, because one customer connection gets all addresses of such a network. @param bits 56 for a
 * wider network.
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
