const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * The address that a link is fetched from. Links come as `http://` too, which some networks block, while
 * `https://` works for the same link; only a host on this machine is taken at its word.
 *
 * @returns undefined when the link is no http(s) link
 */
export function secureUrl(link: string, base?: string): string | undefined {
	if (!URL.canParse(link, base)) return undefined;
	const url = new URL(link, base);
	// A user name in a link would become an Authorization header.
	url.username = '';
	url.password = '';
	if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) url.protocol = 'https:';
	return ['http:', 'https:'].includes(url.protocol) ? url.href : undefined;
}
