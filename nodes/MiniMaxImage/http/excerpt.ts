import { Base64Text } from './base64Text';

/** Text that is not blank, trimmed; undefined for all else. Of words that were taken for base64, their beginning. */
export function text(value: unknown): string | undefined {
	const given = value instanceof Base64Text ? value.start : value;
	const trimmed = typeof given === 'string' ? given.trim() : '';
	return trimmed === '' ? undefined : trimmed;
}

/** What is read of a page; its words may stand behind a long head. */
const PAGE_CHARACTERS = 10_000;

/** Elements whose content nobody sees. */
const UNSEEN_ELEMENTS = ['style', 'script', 'head'];

/** A page without all elements of a name. By hand, since a pattern would search for each end from each start. */
function withoutElements(page: string, name: string): string {
	const lower = page.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
	let rest = '';
	let at = 0;
	for (;;) {
		const start = lower.indexOf(`<${name}`, at);
		const end = start === -1 ? -1 : lower.indexOf(`</${name}>`, start);
		if (end === -1) return rest + page.slice(at);
		rest += `${page.slice(at, start)} `;
		at = end + name.length + 3;
	}
}

/**
 * The visible words of an answer that is no JSON, e.g. a gateway's error page or a storage host's XML: its first ones,
 * as they are. Who shows them takes the key out first, then cuts.
 */
export function excerpt(body: string): string | undefined {
	const page = body.slice(0, PAGE_CHARACTERS);
	const words = UNSEEN_ELEMENTS.reduce(withoutElements, page)
		.replace(/<[^<>]*>/g, ' ')
		.replace(/\s+/g, ' ');
	return text(words);
}
