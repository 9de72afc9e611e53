/** Marks of no width that come along when a link is copied. */
const UNSEEN = '\u200b\u200e\u200f\u2060\ufeff';
/** Marks that people, programs and models put around a link or a name. */
const BEFORE = UNSEEN + ' \t\r\n,;|<"\'“”‘’«»`([{，、；';
const AFTER = UNSEEN + ' \t\r\n,;|.!?:>"\'“”‘’«»`]}，、；。';

/** Whether a text begins as a link or a data URL does. */
export const startsAsLink = (text: string): boolean => /^(https?|data):/i.test(text);

/** A JPEG, PNG, GIF or WebP as bare base64 text, by how these begin. */
export const startsAsBase64 = (text: string): boolean =>
	/^(\/9j\/|iVBORw0KGgo|R0lGOD|UklGR)[\w+/= \r\n-]*$/.test(text.slice(0, 400)) && text.length > 100;

function countOf(text: string, mark: string): number {
	return text.split(mark).length - 1;
}

/** A text without the marks around it. By hand, since a pattern may take long on megabytes of base64. */
export function trimMarks(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && BEFORE.includes(text.charAt(start))) start += 1;
	for (; end > start; end -= 1) {
		const last = text.charAt(end - 1);
		if (AFTER.includes(last)) continue;
		// A bracket may belong to the link: https://example.com/fox_(animal).jpg
		if (last !== ')' || countOf(text.slice(start, end), '(') >= countOf(text.slice(0, end), ')'))
			break;
	}
	return text.slice(start, end);
}

/** Longest text that is searched for prose around links; base64 text is longer. */
const PROSE_CHARACTERS = 50_000;

const MARKDOWN =
	/!?\[[^\]\n]*\]\(\s*<?(https?:[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)>?(?:\s+"[^"\n]*")?\s*\)/gi;
const HTML =
	/<(?:a|img)\b[^>]{0,500}?\b(?:href|src)\s*=\s*["'](https?:[^"']+)["'][^>]*>(?:[^<]*<\/a>)?/gi;
const TAG = /<\/?(?:p|br|div|span|li|ul)\b[^>]{0,500}>/gi;
const CHAT = /<(https?:[^|<>\n]+)(?:\|[^<>\n]*)?>/gi;
const NAMED = /(?:^|[\n,;])[^\n,;:]+?\((https?:\/\/[^\s()]+)\)/gi;
const FORMULA = /=(?:image|hyperlink)\(\s*"(https?:[^"\n]+)"[^)\n]{0,500}\)/gi;
const LABELED = /(?:^|\n)[^\n,;:/]{1,60}:\s+(?=https?:)/gi;
const BULLET = /(?:^|\n)[ \t]*(?:[-*•–—]|\d{1,3}[.)])[ \t]+(?=https?:)/g;

/**
 * Text whose links stand alone on their lines, where chat programs, Markdown, HTML, sheets and exports of tables put
 * something around them: `<https://…|label>`, `[label](https://…)`, `<a href="https://…">label</a>`,
 * `photo.jpg (https://…)`, `=IMAGE("https://…")`, `Photo: https://…`, `- https://…`.
 */
function bareLinks(text: string): string {
	const bare = text
		.replace(/!?\[[^\]\n]{0,500}\]\(\s*(?=data:)/gi, '\n')
		.replace(/<(?=data:)/gi, '\n');
	if (bare.length > PROSE_CHARACTERS) return bare;
	const plain = bare.replace(TAG, '\n');
	const links = [HTML, MARKDOWN, CHAT, NAMED, FORMULA].reduce(
		(rest, form) => rest.replace(form, '\n$1\n'),
		plain,
	);
	return links.replace(LABELED, '\n').replace(BULLET, '\n');
}

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

/** Base64 text holds no comma, and white space where it is wrapped; what follows the comma is text again. */
function splitDataUrl(chunk: string, separator: RegExp): string[] {
	const text = chunk.replace(/^([^,]{0,200},)\s+/, '$1');
	const body = text.indexOf(',') + 1;
	const end = text.slice(body).search(/[,;|)\]]/);
	if (end === -1 || !/;\s*base64\s*,$/i.test(text.slice(0, body))) return [text];
	return [text.slice(0, body + end), ...text.slice(body + end + 1).split(separator)];
}

/**
 * The links, data URLs and names in a text, as it gives them. A comma separates where white space or another link
 * follows it, since links may hold commas themselves.
 *
 * @param separator what stands between parts that are no links
 */
export function splitText(text: string, separator: RegExp): string[] {
	const trimmed = withoutFence(text.trim()).trim();
	if (startsAsBase64(trimmed)) return [`data:;base64,${trimmed}`];
	const chunks = bareLinks(trimmed).split(
		/(?:^|[\s,;|，、；])[\s,;|"'“‘«[(]{0,50}(?=https?:|data:)/i,
	);
	return chunks
		.flatMap((chunk) => {
			if (/^data:/i.test(chunk)) return splitDataUrl(chunk, separator);
			return chunk.split(startsAsLink(chunk) ? /\s*[\n\r]+\s*|[,;]\s+/ : separator);
		})
		.map(trimPart)
		.filter(Boolean);
}

/** A name keeps its brackets and full stops. */
function trimPart(part: string): string {
	const bare = trimMarks(part);
	if (startsAsLink(bare)) return bare;
	const name = part.replace(/^[\s,]+|[\s,]+$/g, '');
	const [, quoted = name] = /^["'“‘`](.*)["'”’`]$/.exec(name) ?? [];
	return quoted;
}
