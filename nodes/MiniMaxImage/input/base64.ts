import { isWhole } from '../images/whole';
import { invalidInput } from '../itemError';

/** The most characters that a cell takes, after which a table cuts its text without a word. */
const CELL_LIMITS = new Map([
	[32_767, 'a cell of Excel'],
	[50_000, 'a cell of Google Sheets'],
	[65_535, 'a text column of MySQL'],
	[100_000, 'a long text of Airtable'],
]);

const HAND_OVER_A_FILE =
	'Hand over the image as a file or as a link, instead of as base64 text in a table.';

/** Whether blanks stand where lines were wrapped: after each so many characters. */
function isWrapped(text: string): boolean {
	const lines = text.split(' ');
	const width = lines[0]?.length ?? 0;
	return width >= 60 && lines.slice(0, -1).every((line) => line.length === width);
}

/** Base64 text whose "+" became a blank, as happens in forms and query strings, with its "+" again. */
function withPlus(text: string): string {
	if (!text.includes(' ')) return text;
	const plus = text.replaceAll(' ', '+');
	const without = text.replaceAll(' ', '');
	const fits = ({ length }: string) => length % 4 === 0;
	if (fits(plus) !== fits(without)) return fits(plus) ? plus : without;
	return text.includes('+') || isWrapped(text) ? without : plus;
}

function decodeText(text: string, what: string): Buffer {
	const base64 = withPlus(text.replace(/[\r\n\t]+/g, '').trim());
	if (!/^[\w+/-]*={0,2}$/.test(base64)) {
		throw invalidInput(`${what} is a data URL whose base64 text is damaged`, HAND_OVER_A_FILE);
	}
	return Buffer.from(base64, 'base64');
}

function decode(url: string, what: string): Buffer {
	const comma = url.indexOf(',');
	const head = comma === -1 ? '' : url.slice(0, comma);
	const body = url.slice(comma + 1);
	const text = body.includes('%')
		? body.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
				String.fromCharCode(Number.parseInt(hex, 16)),
			)
		: body;
	return /;\s*base64\s*$/i.test(head) ? decodeText(text, what) : Buffer.from(text, 'latin1');
}

/** Where bare base64 text was made a data URL. */
const BARE = 'data:;base64,';

/**
 * The bytes inside a data URL, whatever type it declares.
 *
 * @param what what a message calls it
 * @throws ItemError when its base64 text is damaged, or was cut by a table
 */
export function decodeDataUrl(url: string, what: string): Buffer {
	const length = url.startsWith(BARE) ? url.length - BARE.length : url.length;
	const cell = CELL_LIMITS.get(length);
	const bytes = decode(url, what);
	if (!cell || isWhole(bytes)) return bytes;
	throw invalidInput(
		`${what} is an image that was cut at ${length.toLocaleString('en-US')} characters, the most that ${cell} holds`,
		HAND_OVER_A_FILE,
	);
}

/** What the base64 text of a data URL begins with when its prefix, without its marks, was decoded as part of it. */
const DECODED_PREFIX = /^dataimage\/(jpeg|jpg|png|gif|webp)base64/;

/** The last two bits of a JPEG and of a PNG, which are lost where the decoded prefix has an odd length. */
const LAST_BITS: Record<string, number> = { jpg: 0xd9 & 3, png: 0x82 & 3 };

function withoutDecodedPrefix(bytes: Buffer): Buffer | undefined {
	const [prefix, type = ''] = DECODED_PREFIX.exec(bytes.toString('base64', 0, 30)) ?? [];
	if (!prefix) return undefined;
	const text = bytes.toString('base64').slice(prefix.length).replace(/=+$/, '');
	// One character alone holds the upper bits of the last byte, and needs a second one to count.
	const image = Buffer.from(text.length % 4 === 1 ? `${text}A` : text, 'base64');
	const last = image.length - 1;
	if (last >= 0) image[last] = (image[last] as number) | (LAST_BITS[type] ?? 0);
	return image;
}

/**
 * The image in a file that holds a data URL or bare base64 as text, or a data URL that was decoded with its prefix;
 * other files as they are.
 */
export function unwrapFile(bytes: Buffer, what: string): Buffer {
	const start = bytes.toString('latin1', 0, 64).trimStart();
	const isUrl = /^data:image\//i.test(start);
	if (isUrl || /^(\/9j\/|iVBORw0KGgo)[\w+/]{20}/.test(start)) {
		const text = bytes.toString('latin1').trim();
		return decodeDataUrl(isUrl ? text : BARE + text, what);
	}
	return withoutDecodedPrefix(bytes) ?? bytes;
}
