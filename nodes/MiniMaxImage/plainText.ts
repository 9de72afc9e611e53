/** A short text without what nobody sees or types on purpose: blanks around it, full-width forms, marks of no width. */
export function plainText(text: string): string {
	return text
		.normalize('NFKC')
		.replace(/[\u200b-\u200f\u2060\ufeff]/g, '')
		.trim();
}

const YES = ['true', 'yes', 'y', 'on', '1', 'checked', '✓', '✔', '☑', '✅'];
const NO = ['false', 'no', 'n', 'off', '0', 'unchecked', '✗', '✘', '☐', '❌'];

/** True or false, as expressions, sheets and people write it; undefined where a value means neither. */
export function readBoolean(value: unknown): boolean | undefined {
	const word = plainText(String(value)).replace('\ufe0f', '').toLowerCase();
	if (YES.includes(word)) return true;
	return NO.includes(word) ? false : undefined;
}
