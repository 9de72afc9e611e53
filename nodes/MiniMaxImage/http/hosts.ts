const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/** Addresses that lead nowhere outside of a network (RFC 1918, 3927, 4193, 4291, 6598). */
const PRIVATE_ADDRESS =
	/^(0|10|127)(\.\d+){3}$|^192\.168(\.\d+){2}$|^169\.254(\.\d+){2}$|^172\.(1[6-9]|2\d|3[01])(\.\d+){2}$|^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])(\.\d+){2}$|^\[(::1?|f[cd][0-9a-f]{2}:.*|fe[89ab][0-9a-f]:.*)\]$/;

/** Names that no public domain server knows: without a dot, or under a top level kept for private use. */
const PRIVATE_NAME = /^[^.[]+$|\.(local|localhost|internal|intranet|lan|home|corp|home\.arpa)$/;

/** Whether a host, as `URL.hostname` writes it, is this machine. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

/** Whether a host, as `URL.hostname` writes it, can only be reached from inside of a network. */
export function isPrivate(hostname: string): boolean {
	const name = hostname.replace(/\.$/, '');
	const mapped = /^\[::ffff:([0-9a-f]+):([0-9a-f]+)\]$/.exec(name);
	if (!mapped) return PRIVATE_ADDRESS.test(name) || PRIVATE_NAME.test(name);
	// IPv4 written as IPv6, two bytes a group.
	const groups = mapped.slice(1).map((group) => Number.parseInt(group, 16));
	return isPrivate(groups.flatMap((group) => [group >> 8, group & 0xff]).join('.'));
}
