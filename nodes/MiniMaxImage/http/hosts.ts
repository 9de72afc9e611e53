/** Addresses that lead nowhere outside of a network (RFC 1918, 3927, 4193, 4291, 6598). */
const PRIVATE_ADDRESS =
	/^(0|10|127)(\.\d+){3}$|^192\.168(\.\d+){2}$|^169\.254(\.\d+){2}$|^172\.(1[6-9]|2\d|3[01])(\.\d+){2}$|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])(\.\d+){2}$|^\[(::1?|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/;

/** Names that no public domain server knows: without a dot, or under a top level kept for private use. */
const PRIVATE_NAME = /^[^.[]+$|\.(local|localhost|internal|intranet|lan|home|corp|home\.arpa)$/;

/** An address as IPv4, where IPv6 carries one: mapped (RFC 4291), translated (RFC 6052, 7915) or tunneled (RFC 3056). */
const CARRIED_IPV4 = [
	/^\[(?:::ffff:(?:0:)?|64:ff9b::|::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/,
	/^\[2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/,
];

function plainHost(hostname: string): string {
	const name = hostname.replace(/\.$/, '');
	const carried = CARRIED_IPV4.map((form) => form.exec(name)).find(Boolean);
	if (!carried) return name;
	// Two bytes a group.
	const groups = carried.slice(1).map((group) => Number.parseInt(group, 16));
	return groups.flatMap((group) => [group >> 8, group & 0xff]).join('.');
}

/** Whether a host, as `URL.hostname` writes it, can only be reached from inside of a network. */
export function isPrivate(hostname: string): boolean {
	const host = plainHost(hostname);
	return PRIVATE_ADDRESS.test(host) || PRIVATE_NAME.test(host);
}

/** Addresses of this link alone (RFC 3927, 4291), where clouds answer with the secrets of their machines. */
const LINK_LOCAL = /^169\.254(\.\d+){2}$|^\[fe[89ab][0-9a-f]:.*\]$/;

/** Where clouds do so by another address: Google, Amazon (IPv6), Alibaba, Oracle. */
const METADATA = ['metadata.google.internal', '[fd00:ec2::254]', '100.100.100.200', '192.0.0.192'];

/** Whether a host, as `URL.hostname` writes it, is an address of the local link, or stands for one. */
export function isLinkLocal(hostname: string): boolean {
	const host = plainHost(hostname);
	return LINK_LOCAL.test(host) || METADATA.includes(host);
}
