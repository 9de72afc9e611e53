import { invalidInput } from '../itemError';
import { ASPECT_RATIOS, CUSTOM_RATIO } from '../models';
import { plainText } from '../plainText';
import { shown, toText } from './checks';
import { findChoice, unwrapChoice } from './choices';
import { fieldChoices, fieldName, orDefault } from './fieldName';

const FIELD = 'aspectRatio';

const MONTH = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';

/** What sheets make of 16:9: 16:09:00, 4:09 PM, 1899-12-30T16:09:00.000Z, PT16H9M. */
const TIMES = [
	/\d:\d\d:\d\d/,
	/^\d{1,2}:\d\d *[ap]\.? ?m\b/i,
	/\d[T ]\d\d:\d\d/,
	/^PT\d/,
	/^0\d:\d\d$/,
	/^\d{1,2}:0\d$/,
];

/** What they make of 3/2 or 2-3: 2026-03-02, 03/02/2026, 2-Mar. */
const DATES = [
	/^\d{1,4}([-/.])\d{1,2}\1\d{1,4}$/,
	/^0\d[-/.]\d{1,2}$/,
	/^\d{1,2}[-/.]0\d$/,
	new RegExp(`^\\d{1,2}[-. ]*(${MONTH})|\\b(${MONTH})[a-z]*[-. ]*\\d{1,4}$`, 'i'),
];

/** Days since 1900, as sheets count dates: 1954 to 2119. */
const isDayNumber = (value: number) => value > 20_000 && value < 80_000;

/** What a sheet has made of a ratio, where it has. */
function madeOf(value: unknown): 'time' | 'date' | undefined {
	// A date of n8n or of a database; JSON writes all of them alike.
	const text = plainText(toText(value));
	const bare = text.replace(/^"|"$/g, '');
	const number = /^\d*[.,]?\d+$/.test(bare) ? Number(bare.replace(',', '.')) : Number.NaN;
	// A share of a day: 16:09 is 0.672916…
	if ((number > 0 && number < 1) || TIMES.some((time) => time.test(bare))) return 'time';
	if (isDayNumber(number) || DATES.some((date) => date.test(bare))) return 'date';
	return undefined;
}

/** "16x9", "16 / 9", "16 by 9", "16:9 widescreen", "1280×720"; what follows the numbers holds no other number. */
const RATIO = /^(\d+) *(?::|x|\*|\/|-|–|_|by|to) *(\d+)(?:[ ,(][^\d]*)?$/i;

function readNumbers(value: unknown): string | undefined {
	if (typeof value !== 'string') return undefined;
	const plain = plainText(value).replace(/[∶꞉]/g, ':').replaceAll('×', 'x');
	const [, first, second] = RATIO.exec(plain) ?? [];
	const sides = [Number(first), Number(second)];
	return ASPECT_RATIOS.find(
		(ratio) =>
			ratio.value === sides.join(':') || (ratio.width === sides[0] && ratio.height === sides[1]),
	)?.value;
}

/**
 * An aspect ratio of the API, or the word for a custom size, however a sheet or a person writes it; the default where
 * the field is empty.
 *
 * @throws ItemError that names the choices, or what a sheet has made of the ratio
 */
export function checkAspectRatio(value: unknown): string {
	const given = unwrapChoice(orDefault(FIELD, value));
	const choice = findChoice(given, fieldChoices(FIELD));
	if (choice) return choice.value;
	const choices = [...ASPECT_RATIOS.map((ratio) => ratio.value), CUSTOM_RATIO].join(', ');
	const wrong = `${fieldName(FIELD)} is ${shown(value)}`;
	const made = madeOf(given);
	if (made) {
		throw invalidInput(
			`${wrong}, because the sheet made a ${made} of it: format the column as plain text`,
			`Then enter the ratio again. It must be one of: ${choices}.`,
		);
	}
	const ratio = readNumbers(given);
	if (ratio) return ratio;
	throw invalidInput(`${wrong}, but must be one of: ${choices}`);
}
