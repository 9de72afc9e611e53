import { invalidInput } from '../itemError';
import { ASPECT_RATIOS, CUSTOM_RATIO } from '../models';
import { SHORT_CHARACTERS, plainText } from '../plainText';
import { shown } from './checks';
import { findChoice, unwrapChoice } from './choices';
import { fieldChoices, fieldName, orDefault } from './fieldName';

const FIELD = 'aspectRatio';

/**
 * "16x9", "16 / 9", "16 by 9", "16:9 widescreen", "1280×720", and the time that sheets make of a ratio, "16:09:00".
 * What follows the numbers holds no other number.
 */
const RATIO = /^(\d+) *(?:: *0?|(?:x|\*|\/|-|–|_|by|to) *)([1-9]\d*)(?::00)?(?:[ ,(][^\d]*)?$/i;

function readNumbers(value: unknown): string | undefined {
	if (typeof value !== 'string' || value.length > SHORT_CHARACTERS) return undefined;
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
 * @throws ItemError that names the choices
 */
export function checkAspectRatio(value: unknown): string {
	const given = unwrapChoice(orDefault(FIELD, value));
	const ratio = findChoice(given, fieldChoices(FIELD))?.value ?? readNumbers(given);
	if (ratio !== undefined) return ratio;
	const choices = [...ASPECT_RATIOS.map((one) => one.value), CUSTOM_RATIO].join(', ');
	throw invalidInput(
		`${fieldName(FIELD)} is ${shown(value)}, but must be one of: ${choices}`,
		'If it comes from a sheet, format the column as plain text.',
	);
}
