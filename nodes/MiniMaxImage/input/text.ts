import { trimMarks } from '../plainText';

/** White space, and marks of no width that come along when a link is copied. */
const UNSEEN = ' \t\r\n\u00a0\u3000\u200b\u200e\u200f\u2060\ufeff';
/** Marks that people, programs and models put before and behind a link or a name. */
const BEFORE = UNSEEN + ',;|<"\'“”‘’«»`([{，、；';
const AFTER = UNSEEN + ',;|.!?:>"\'“”‘’«»`，、；。';

/** A JPEG, PNG, GIF or WebP as bare base64 text, by how these begin. */
export const startsAsBase64 = (text: string): boolean =>
	/^(\/9j\/|iVBORw0KGgo|R0lGOD|UklGR)[\w+/= \r\n-]*$/.test(text.slice(0, 400)) && text.length > 100;

/** Text without the fence in which models write code. */
function withoutFence(text: string): string {
	if (!text.startsWith('```') || !text.endsWith('```')) return text;
	return text.slice(3, -3).replace(/^\w*\s/, '');
}

/** What a text means as JSON, where it is JSON of a list, an object or a text; undefined otherwise. */
export function parseJson(text: string): unknown {
	const json = withoutFence(text.trim()).trim();
	if (!/^[[{"]/.test(json)) return undefined;
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}

/** A data URL; white space is where its base64 text is wrapped, and a backslash where it stands in JSON. */
const DATA_URL = /data:[^,:"]{0,200},[\w+/=%\\\s-]*/gi;

/**
 * How many characters of a text are in none of its data URLs.
 *
 * @param most how many data URLs are looked at
 */
export function lengthOfWords(text: string, most: number): number {
	if (startsAsBase64(text)) return 0;
	let length = text.length;
	let seen = 0;
	for (const [url] of text.matchAll(DATA_URL)) {
		seen += 1;
		if (seen > most) break;
		length -= url.length;
	}
	return length;
}

/** What stands before the colon of a link. Inside of a link, another address follows on a mark: "?u=https://…". */
const SCHEME = /(?:^|[^\w/=&?#%+.:@~-])(https?|data)$/i;

/** Where a link begins whose scheme ends with this colon; undefined where none does. */
function startBefore(text: string, colon: number): number | undefined {
	const [, scheme] = SCHEME.exec(text.slice(Math.max(0, colon - 6), colon)) ?? [];
	return scheme === undefined ? undefined : colon - scheme.length;
}

/** Where the next link begins. The search for its colon is native, since base64 text of megabytes has none. */
function nextLink(text: string, from: number): number | undefined {
	for (let colon = text.indexOf(':', from); colon !== -1; colon = text.indexOf(':', colon + 1)) {
		const start = startBefore(text, colon);
		if (start !== undefined) return start;
	}
	return undefined;
}

const HEAD_CHARACTERS = 200;

/** What base64 text has none of, and what data URLs without base64 have none of. */
const AFTER_BASE64 = /[,;|)\]}<>"'`:]/g;
const AFTER_DATA = /[\s<>"`|:]/g;

function endOfDataUrl(text: string, start: number): number {
	const [head = '', ...rest] = text.slice(start, start + HEAD_CHARACTERS).split(',');
	const hasBody = rest.length > 0;
	const mark = hasBody && /;\s*base64\s*$/i.test(head) ? AFTER_BASE64 : AFTER_DATA;
	mark.lastIndex = start + (hasBody ? head.length + 1 : 'data:'.length);
	const end = mark.exec(text)?.index ?? text.length;
	// A link on the next line looks like base64 text that is wrapped, up to its colon.
	return (text[end] === ':' ? startBefore(text, end) : undefined) ?? end;
}

const OPENED_BY = new Map([
	[')', '('],
	[']', '['],
	['}', '{'],
]);

/** Where a link ends: at a mark that links do not hold, or a bracket that was not opened in it, as in fox_(animal).jpg). */
function endOfLink(text: string, start: number, limit: number, mayHoldBlanks: boolean): number {
	const opened: string[] = [];
	for (let at = start; at < limit; at++) {
		const mark = text.charAt(at);
		if (/[\r\n<>"`|]/.test(mark) || (!mayHoldBlanks && /\s/.test(mark))) return at;
		if (/[,;]/.test(mark) && /\s/.test(text.charAt(at + 1))) return at;
		const opening = OPENED_BY.get(mark);
		if (opening && opened.pop() !== opening) return at;
		if (/[([{]/.test(mark)) opened.push(mark);
	}
	return limit;
}

/** A part of a text: a link or data URL, or words between separators. */
export interface TextPart {
	text: string;
	isLink: boolean;
}

const QUOTED = ['""', "''", '“”', '‘’', '``'];

/** A name keeps its brackets and full stops. */
function toWords(text: string): TextPart[] {
	const bare = trimMarks(text, `${UNSEEN},`);
	const isQuoted =
		bare.length > 1 && QUOTED.includes(bare.charAt(0) + bare.charAt(bare.length - 1));
	const words = isQuoted ? bare.slice(1, -1) : bare;
	return words === '' ? [] : [{ text: words, isLink: false }];
}

/**
 * The links, data URLs and words in a text, in one scan, as chat programs, Markdown, HTML, sheets and exports of tables
 * write them: `<https://…|label>`, `[label](https://…)`, `<a href="https://…">label</a>`, `photo.jpg (https://…)`,
 * `=IMAGE("https://…")`, `Photo: https://…`, `- https://…`. What stands beside a link, with no separator between, is
 * dropped.
 *
 * @param separator what stands between words; between links too, where white space or another link follows it, since
 * links may hold commas themselves
 * @param most where there are more links, one more than these is given, and nothing behind it
 */
export function splitText(text: string, separator: RegExp, most: number): TextPart[] {
	const whole = withoutFence(text.trim()).trim();
	if (startsAsBase64(whole)) return [{ text: `data:;base64,${whole}`, isLink: true }];
	const parts: TextPart[] = [];
	let words: string[];
	let links = 0;
	let end = 0;
	for (let start = nextLink(whole, 0); start !== undefined; start = nextLink(whole, end)) {
		words = whole.slice(end, start).split(separator);
		const beside = words.pop() ?? '';
		parts.push(...words.slice(parts.length > 0 ? 1 : 0).flatMap(toWords));
		if (/^data:/i.test(whole.slice(start, start + 5))) {
			end = endOfDataUrl(whole, start);
			parts.push({ text: whole.slice(start, end).trimEnd(), isLink: true });
		} else {
			// From the scheme's own colon on.
			const limit = nextLink(whole, start + 6) ?? whole.length;
			end = endOfLink(whole, start, limit, trimMarks(beside, BEFORE) === '');
			parts.push({ text: trimMarks(whole.slice(start, end), '', AFTER), isLink: true });
		}
		links += 1;
		if (links > most) return parts;
	}
	words = whole.slice(end).split(separator);
	return [...parts, ...words.slice(parts.length > 0 ? 1 : 0).flatMap(toWords)];
}
