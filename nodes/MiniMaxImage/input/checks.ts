import { invalidInput } from '../itemError';
import { SHORT_CHARACTERS, plainText, readBoolean } from '../plainText';

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

/** As much of a value as is looked at for a message that shows its start. */
const PREVIEW_CHARACTERS = 1000;

/** What JSON makes of an object that has a word of its own for that, such as a date. */
function withoutToJson(value: object): unknown {
	const { toJSON } = value as { toJSON?: unknown };
	return typeof toJSON === 'function' ? (toJSON.call(value) as unknown) : value;
}

/** The first characters of what JSON makes of a list or an object. Each level of it takes room, so circles end too. */
function startOfJson(value: unknown, room: number): string {
	if (room <= 0) return '';
	const plain = typeof value === 'object' && value !== null ? withoutToJson(value) : value;
	if (typeof plain === 'string') return JSON.stringify(plain.slice(0, room));
	if (typeof plain !== 'object' || plain === null) return String(plain).slice(0, room);
	const isList = Array.isArray(plain);
	// A part takes two characters at least.
	const keys = isList
		? Array.from({ length: Math.min(plain.length, room) }, (_, index) => String(index))
		: Object.keys(plain).slice(0, room);
	let text = '';
	for (const key of keys) {
		const left = room - text.length;
		if (left <= 0) break;
		const part = (plain as Record<string, unknown>)[key];
		if (!isList && part === undefined) continue;
		const name = isList ? '' : `${JSON.stringify(key.slice(0, left))}:`;
		text += `${text && ','}${name}${startOfJson(part, left - name.length - 1)}`;
	}
	return isList ? `[${text}]` : `{${text}}`;
}

/**
 * The start of a value as text, objects as JSON. Never more than that is looked at, since a value may be large, deep
 * or a circle; and whatever it is, there are words for it.
 */
export function preview(value: unknown): string {
	try {
		const text = typeof value === 'object' ? startOfJson(value, PREVIEW_CHARACTERS) : String(value);
		return text.slice(0, PREVIEW_CHARACTERS);
	} catch {
		return kindOf(value);
	}
}

/** A value as a message shows it, cut where it is long. */
export function shown(value: unknown): string {
	if (isUnset(value)) return 'empty';
	const characters = [...preview(value).slice(0, 2 * SHOWN_CHARACTERS + 2)];
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
	if (typeof value !== 'string' || value.length > SHORT_CHARACTERS || isUnset(value))
		return Number.NaN;
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

/**
 * Text that is not blank and at most `max` characters long, an emoji counting as one. Where no length is given, it is
 * a name or a choice, whose length is not worth a word as long as it is not absurd.
 */
export function checkText(label: string, value: unknown, max?: number): string {
	const most = max ?? SHORT_CHARACTERS;
	const allowed = max === undefined ? 'text' : `text of 1 to ${max} characters`;
	if (isUnset(value)) throw invalidInput(`${label} is empty, but must be ${allowed}`);
	if (typeof value !== 'string') {
		throw invalidInput(`${label} must be ${allowed}, but is ${kindOf(value)}: ${shown(value)}`);
	}
	const length = lengthOf(value, most);
	if (length > most) {
		throw invalidInput(
			`${label} has ${value.length > 4 * most ? `over ${2 * most}` : length} characters, but must be text of 1 to ${most} characters`,
			`It starts with ${shown(value)}. Shorten it.`,
		);
	}
	return toWellFormed(value);
}

/** Characters of a text, counted where the count matters: there are at least half as many as UTF-16 units. */
function lengthOf(text: string, most: number): number {
	return text.length > most && text.length <= 4 * most ? [...text].length : text.length;
}
