import { parseWebUrl } from '../http/parseUrl';

const ESCAPES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
};

/** A text that n8n's editor shows as it is, where it renders HTML: words of a service may hold tags. */
export const escapeHtml = (text: string): string =>
	text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);

/** The same inside of an attribute's quotes. */
const escapeAttribute = (text: string): string => escapeHtml(text).replaceAll('"', '&quot;');

/** A link with its words; the words alone where the address is no http(s) link. */
export function linkHtml(url: string, words: string): string {
	if (!parseWebUrl(url)) return escapeHtml(words);
	return `<a href="${escapeAttribute(url)}" target="_blank">${escapeHtml(words)}</a>`;
}
