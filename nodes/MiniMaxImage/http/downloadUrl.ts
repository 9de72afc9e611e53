import { isLinkLocal, isPrivate } from './hosts';
import { parseWebUrl } from './parseUrl';

/** Where a link is fetched from, or why it is not. */
export type DownloadAddress = { url: string; isPrivate: boolean } | { refused: string };

/**
 * The address that a link, or a redirect, is fetched from. Links come as `http://` too, which some networks block, while
 * `https://` works for the same link. A private host is taken at its word, since it need not speak https; so is the
 * host of the API where the credential says `http`.
 *
 * A service must not lead n8n into the network around it, so a private host is left alone unless the API is in there
 * too. Names are not looked up: what they lead to is for n8n's own protection.
 *
 * @param api Base URL of the API
 * @param base the address that redirected
 */
export function downloadAddress(link: string, api: URL, base?: string): DownloadAddress {
	const url = parseWebUrl(link, base);
	if (!url) return { refused: 'neither http nor https' };
	const isInside = isPrivate(url.hostname);
	if (isLinkLocal(url.hostname)) return { refused: 'it leads to an address of the local link' };
	if (isInside && !isPrivate(api.hostname)) return { refused: 'it leads into your network' };
	// A user name in a link would become an Authorization header.
	url.username = '';
	url.password = '';
	const mayBePlain = isInside || (url.host === api.host && api.protocol === 'http:');
	if (url.protocol === 'http:' && !mayBePlain) url.protocol = 'https:';
	return { url: url.href, isPrivate: isInside };
}
