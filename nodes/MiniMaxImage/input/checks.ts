import { invalidInput } from '../itemError';

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

function toText(value: unknown): string {
	if (typeof value !== 'object') return String(value);
	try {
		return JSON.stringify(value);
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

/** Whether an optional value counts as not set; an empty cell of a spreadsheet arrives as "". */
export function isUnset(value: unknown): value is undefined | null | '' {
	return value === undefined || value === null || value === '';
}

/** What a range allows, in words: "from 1 to 9". */
export function describeRange({ min, above, max, step, unit }: NumberRange): string {
	const from = above === undefined ? `from ${min} to ${max}` : `above ${above} and up to ${max}`;
	return `${from}${unit ? ` ${unit}` : ''}${step ? `, divisible by ${step}` : ''}`;
}

function toNumber(value: unknown): number {
	if (typeof value === 'string' && value.trim() !== '') return Number(value);
	return typeof value === 'number' ? value : Number.NaN;
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
	const number = toNumber(value);
	const { min = -Infinity, max, step = 1 } = range;
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
	// A numeric string beyond the safe range would be rounded to another seed without a word.
	if (!Number.isSafeInteger(number)) {
		throw invalidInput(
			`${label} is ${shown(value)}, but must be a whole number from ${Number.MIN_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`,
		);
	}
	return number === 0 ? 0 : number;
}

/** One of the values that a list offers. */
export function checkChoice<T extends string>(
	label: string,
	value: unknown,
	choices: readonly T[],
): T {
	const choice = choices.find((candidate) => candidate === value);
	if (choice === undefined) {
		throw invalidInput(`${label} is ${shown(value)}, but must be one of: ${choices.join(', ')}`);
	}
	return choice;
}

/** True or false; expressions may give the words as text. */
export function checkBoolean(label: string, value: unknown): boolean {
	// Spreadsheets write TRUE and FALSE.
	const word = String(value).trim().toLowerCase();
	if (word === 'true') return true;
	if (word === 'false') return false;
	throw invalidInput(`${label} is ${shown(value)}, but must be true or false`);
}

/** Text that is not blank and at most `max` characters long, an emoji counting as one. */
export function checkText(label: string, value: unknown, max = Infinity): string {
	const allowed = Number.isFinite(max) ? `text of 1 to ${max} characters` : 'text';
	if (isUnset(value) || (typeof value === 'string' && value.trim() === '')) {
		throw invalidInput(`${label} is empty, but must be ${allowed}`);
	}
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
	return value;
}
