import { isLoopback, isPrivate } from './hosts';
import { parseWebUrl } from './parseUrl';

/**
 * The addresses that a link is fetched from, the best first. Links come as `http://` too, which some networks block,
 * while `https://` works for the same link. A host on this machine is taken at its word, and one inside of the
 * network, or the host of the API itself, where `https://` does not work.
 *
 * @param ownHost host and port of the API, which need not speak https
 * @returns an empty list when the link is no http(s) link
 */
export function downloadUrls(link: string, ownHost?: string, base?: string): string[] {
	const url = parseWebUrl(link, base);
	if (!url) return [];
	// A user name in a link would become an Authorization header.
	url.username = '';
	url.password = '';
	const given = url.href;
	if (url.protocol === 'https:') return [given];
	if (isLoopback(url.hostname)) return [given];
	const mayBePlain = isPrivate(url.hostname) || url.host === ownHost;
	url.protocol = 'https:';
	return mayBePlain ? [url.href, given] : [url.href];
}
