/** Longest link that is taken, fetched and handed on; a longer one names no file that anybody stores. */
export const MAX_LINK_CHARACTERS = 8 * 1024;

/**
 * An address, or undefined where a text is none. Not by `URL.canParse`: once Node.js 20 has compiled it, that refuses
 * hosts with letters such as "ü".
 */
export function parseUrl(text: string, base?: string): URL | undefined {
	try {
		return new URL(text, base);
	} catch {
		return undefined;
	}
}

/** The address of something on the web, which http or https leads to; undefined for all else. */
export function parseWebUrl(text: string, base?: string): URL | undefined {
	const url = parseUrl(text, base);
	return url && ['http:', 'https:'].includes(url.protocol) ? url : undefined;
}
