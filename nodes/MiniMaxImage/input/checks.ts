import { invalidInput } from '../itemError';
import { plainText, readBoolean } from '../plainText';

/** Bounds of a number, both ends included unless `above` is given. */
export interface NumberRange {
	min?: number;
	above?: number;
	max: number;
	/** The value must be divisible by this. */
	step?: number;
	unit?: string;
}

const SHOWN_CHARACTERS = 80;

/** A value as text, objects as JSON. */
export function toText(value: unknown): string {
	if (typeof value !== 'object') return String(value);
	try {
		return JSON.stringify(value) ?? String(value);
	} catch {
		return String(value);
	}
}

/** A value as a message shows it, cut where it is long. */
export function shown(value: unknown): string {
	if (isUnset(value)) return 'empty';
	const characters = [...toText(value).slice(0, 2 * SHOWN_CHARACTERS + 2)];
	const text =
		characters.length > SHOWN_CHARACTERS
			? `${characters.slice(0, SHOWN_CHARACTERS).join('')}…`
			: characters.join('');
	return typeof value === 'string' ? `"${text}"` : text;
}

/** What kind of value stands where text should be. */
function kindOf(value: unknown): string {
	if (Array.isArray(value)) return 'a list';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** Whether a value counts as not set; an empty cell of a spreadsheet arrives as "", or as blanks. */
export function isUnset(value: unknown): boolean {
	if (typeof value === 'string') return !/[^\s\u200b-\u200f\u2060\ufeff]/.test(value);
	return value === undefined || value === null;
}

/** Text in which half a surrogate pair, as is left where an emoji is cut, is replaced by the mark for that. */
export const toWellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** What a range allows, in words: "from 1 to 9". */
export function describeRange({ min, above, max, step, unit }: NumberRange): string {
	const from = above === undefined ? `from ${min} to ${max}` : `above ${above} and up to ${max}`;
	return `${from}${unit ? ` ${unit}` : ''}${step ? `, divisible by ${step}` : ''}`;
}

const THOUSANDS = /^[+-]?[1-9]\d{0,2}([, '’]\d{3})+$/;
const DECIMAL_COMMA = /^[+-]?\d+,\d+$/;

/** What people and sheets write behind a number of that unit. */
const UNITS: Record<string, RegExp> = {
	pixels: /(?<=\d) *(px|pixels?)$/i,
	seconds: /(?<=\d) *(s|secs?|seconds?)$/i,
};

function toNumber(value: unknown, unit = ''): number {
	if (typeof value === 'number') return value;
	if (typeof value !== 'string' || isUnset(value)) return Number.NaN;
	const text = plainText(value).replace(UNITS[unit] ?? '', '');
	if (THOUSANDS.test(text)) return Number(text.replace(/[, '’]/g, ''));
	return Number(DECIMAL_COMMA.test(text) ? text.replace(',', '.') : text);
}

/** A number inside its range; numeric strings from expressions ("3") count as numbers. */
export function checkNumber(label: string, value: unknown, range: NumberRange): number {
	const number = toNumber(value);
	const { min = -Infinity, above = -Infinity, max } = range;
	if (!(number >= min && number > above && number <= max)) {
		throw invalidInput(`${label} is ${shown(value)}, but must be a number ${describeRange(range)}`);
	}
	return number;
}

/** A whole number inside its range, both ends included. */
export function checkWholeNumber(label: string, value: unknown, range: NumberRange): number {
	const { min = -Infinity, max, step = 1, unit } = range;
	const number = toNumber(value, unit);
	if (!Number.isInteger(number) || number < min || number > max || number % step !== 0) {
		throw invalidInput(
			`${label} is ${shown(value)}, but must be a whole number ${describeRange(range)}`,
		);
	}
	return number;
}

/** A number that stays exact on its way to the API, which takes int64. */
export function checkSeed(label: string, value: unknown): number {
	const number = toNumber(value);
	if (number === -1) {
		throw invalidInput(
			`${label} is ${shown(value)}, which is not random here: leave ${label.replaceAll('"', '')} out for a random one`,
			'Remove the option, or leave the cell of the table empty.',
		);
	}
	// A numeric string beyond the safe range would be rounded to another seed without a word.
	if (!Number.isSafeInteger(number)) {
		throw invalidInput(
			`${label} is ${shown(value)}, but must be a whole number from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`,
			'For a random seed, leave it out.',
		);
	}
	return number === 0 ? 0 : number;
}

/** True or false, as expressions, sheets and people write it. */
export function checkBoolean(label: string, value: unknown): boolean {
	const boolean = readBoolean(value);
	if (boolean !== undefined) return boolean;
	throw invalidInput(`${label} is ${shown(value)}, but must be true or false`);
}

/** Text that is not blank and at most `max` characters long, an emoji counting as one. */
export function checkText(label: string, value: unknown, max = Infinity): string {
	const allowed = Number.isFinite(max) ? `text of 1 to ${max} characters` : 'text';
	if (isUnset(value)) throw invalidInput(`${label} is empty, but must be ${allowed}`);
	if (typeof value !== 'string') {
		throw invalidInput(`${label} must be ${allowed}, but is ${kindOf(value)}: ${shown(value)}`);
	}
	// A string never has more code points than UTF-16 units, so most need no counting.
	const length = value.length > max ? [...value].length : value.length;
	if (length > max) {
		throw invalidInput(
			`${label} has ${length} characters, but must be ${allowed}`,
			`It starts with ${shown(value)}. Shorten it.`,
		);
	}
	return toWellFormed(value);
}
