import { withoutInvisible } from './invisible';

/** Quotes of code, of chat programs and of word processors. */
export const QUOTES = '"\'`“”„‘’‚«»';

/** How much of somebody's text an error repeats, in characters. */
const MAX_QUOTED = 200;

/** A text without all characters of a set at its start, and of another at its end. In one pass, however long it is. */
export function stripEnds(text: string, atStart: string, atEnd: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && atStart.includes(text.charAt(start))) start += 1;
	while (end > start && atEnd.includes(text.charAt(end - 1))) end -= 1;
	return text.slice(start, end);
}

/** A part of the input as an error repeats it: short, and nothing that n8n's editor renders as HTML. */
export function quoted(text: string): string {
	const short = text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text;
	return short.replaceAll('<', '‹').replaceAll('>', '›');
}

/**
 * A field of the credential as text, without blanks around it and without characters that nobody sees.
 * An expression can fill it with anything, so that its kind and its length are checked before any pattern sees it.
 *
 * @throws Error in plain words, which never repeat the value
 */
export function readField(name: string, value: unknown, maxLength: number): string {
	if (value === undefined || value === null) return '';
	if (typeof value !== 'string' && typeof value !== 'number') {
		throw new Error(`${name} is not text. Check the expression that it comes from.`);
	}
	const text = String(value);
	if (text.length > maxLength) {
		throw new Error(
			`${name} is longer than ${maxLength.toLocaleString('en')} characters. Copy it again, and nothing else.`,
		);
	}
	return withoutInvisible(text).trim();
}
