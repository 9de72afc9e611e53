import { invalidInput } from '../itemError';

const HAND_OVER_A_FILE =
	'Hand over the image as a file or as a link, instead of as base64 text in a table or a form.';

/** More than an image of 10 MB needs, and as much as is decoded within moments. */
const MAX_ENCODED = 16 * 1024 * 1024;

const damaged = (what: string, how = 'whose base64 text is damaged') =>
	invalidInput(`${what} is a data URL ${how}`, HAND_OVER_A_FILE);

function withoutPercent(text: string, what: string): string {
	if (!text.includes('%')) return text;
	try {
		return decodeURIComponent(text);
	} catch {
		throw damaged(what);
	}
}

function decodeBase64(body: string, what: string): Buffer {
	const text = withoutPercent(body, what).trim();
	if (text.includes(' ')) {
		throw damaged(
			what,
			'with blanks in its base64 text, as where a form made them of its plus signs',
		);
	}
	if (!/^[\w+/\r\n\t-]*={0,2}$/.test(text)) throw damaged(what);
	return Buffer.from(text, 'base64');
}

/** Where bare base64 text was made a data URL. */
const BARE = 'data:;base64,';

/**
 * The bytes inside a data URL, whatever type it declares.
 *
 * @param what what a message calls it
 * @throws ItemError when its text is damaged
 */
export function decodeDataUrl(url: string, what: string): Buffer {
	const comma = url.indexOf(',');
	const body = url.slice(comma + 1);
	// The head is short where it matters.
	const head = url.slice(0, Math.max(0, comma)).slice(-30);
	if (/;\s*base64\s*$/i.test(head)) return decodeBase64(body, what);
	if (body.length > MAX_ENCODED) throw damaged(what, 'that is too long without base64');
	// Makes one character of each byte, as the other functions for percent-encoding do not, and is native.
	return Buffer.from(unescape(body), 'latin1');
}

/** The image in a file that holds a data URL or bare base64 as text; other files as they are. */
export function unwrapFile(bytes: Buffer, what: string): Buffer {
	const start = bytes.toString('latin1', 0, 64).trimStart();
	const isUrl = /^data:image\//i.test(start);
	if (!isUrl && !/^(\/9j\/|iVBORw0KGgo)[\w+/]{20}/.test(start)) return bytes;
	const text = bytes.toString('latin1').trim();
	return decodeDataUrl(isUrl ? text : BARE + text, what);
}
