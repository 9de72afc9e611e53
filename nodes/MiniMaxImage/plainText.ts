/** Longest text of a choice, a number, a name of a field, or true and false: what is longer is none. */
export const SHORT_CHARACTERS = 200;

/** A short text without what nobody sees or types on purpose: blanks around it, full-width forms, marks of no width. */
export function plainText(text: string): string {
	return text
		.normalize('NFKC')
		.replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
		.trim();
}

/**
 * A text without any of the marks at its start and at its end. By hand, since a pattern for the end tries each run of
 * marks in the text anew from each of its places.
 */
export function trimMarks(text: string, before: string, after = before): string {
	let start = 0;
	let end = text.length;
	while (start < end && before.includes(text.charAt(start))) start += 1;
	while (end > start && after.includes(text.charAt(end - 1))) end -= 1;
	return text.slice(start, end);
}

const YES = ['true', 'yes', 'y', 'on', '1', 'checked', '✓', '✔', '☑', '✅'];
const NO = ['false', 'no', 'n', 'off', '0', 'unchecked', '✗', '✘', '☐', '❌'];

/** True or false, as expressions, sheets and people write it; undefined where a value means neither. */
export function readBoolean(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	const text = typeof value === 'number' ? String(value) : value;
	if (typeof text !== 'string' || text.length > SHORT_CHARACTERS) return undefined;
	const word = plainText(text).replace('\ufe0f', '').toLowerCase();
	if (YES.includes(word)) return true;
	return NO.includes(word) ? false : undefined;
}
