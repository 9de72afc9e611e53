import { invalidInput } from '../itemError';
import { checkText, shown } from './checks';

const DATA_URL = /^data:([^,]*),(.*)$/is;

/** Whether a link carries the image in itself. */
export const isDataUrl = (url: string): boolean => DATA_URL.test(url);

/**
 * The links in "Image URL(s)". A comma separates where white space or another link follows it, since
 * links and data URLs may hold commas themselves.
 */
export function splitUrls(label: string, value: unknown): string[] {
	const text = checkText(label, Array.isArray(value) ? value.join('\n') : value).trim();
	const parts = /^data:/i.test(text) ? [text] : text.split(/\s*[\n\r]\s*|,\s+|,(?=https?:|data:)/i);
	const urls = parts.map((part) => part.replace(/^[\s,]+|[\s,]+$/g, '')).filter(Boolean);
	if (urls.length === 0)
		throw invalidInput(`${label} is ${shown(value)}, but must hold at least one link`);
	for (const url of urls) checkUrl(label, url);
	return urls;
}

function checkUrl(label: string, url: string): void {
	if (isDataUrl(url)) return;
	const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' };
	if (['http:', 'https:'].includes(protocol) && !/\s/.test(url)) return;
	throw invalidInput(
		`${label} holds ${shown(url)}, which is neither a web link nor an image data URL`,
		'Links start with https:// or http://, data URLs with data:image/jpeg;base64, or data:image/png;base64,',
	);
}

/**
 * The bytes inside a data URL, whatever type it declares.
 *
 * @param what what a message calls it
 * @throws ItemError when its base64 text is damaged
 */
export function decodeDataUrl(url: string, what: string): Buffer {
	const [, head = '', body = ''] = DATA_URL.exec(url) ?? [];
	const text = body.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
		String.fromCharCode(Number.parseInt(hex, 16)),
	);
	if (!/;\s*base64\s*$/i.test(head)) return Buffer.from(text, 'latin1');
	if (!/^[A-Za-z0-9+/_\s-]*={0,2}\s*$/.test(text)) {
		throw invalidInput(`${what} is a data URL whose base64 text is damaged`);
	}
	return Buffer.from(text, 'base64');
}
