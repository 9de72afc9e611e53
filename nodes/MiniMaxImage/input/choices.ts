import { invalidInput } from '../itemError';
import { SHORT_CHARACTERS, plainText } from '../plainText';
import { shown } from './checks';
import { fieldChoices, fieldName, orDefault } from './fieldName';

/** What is left of a choice when case, blanks and punctuation do not count: "Image-01 Live", "image_01_live ". */
function keyOf(text: string): string {
	const plain = plainText(text).toLowerCase().replaceAll('×', 'x');
	return plain.replace(/[^\p{L}\p{N}:]/gu, '');
}

/** Deeper than any table nests a choice. */
const MAX_DEPTH = 20;

/** The choice itself, where a table gives it in a list of one, or as an object with a name. */
export function unwrapChoice(given: unknown): unknown {
	let value = given;
	for (let depth = 0; Array.isArray(value) && value.length === 1 && depth < MAX_DEPTH; depth++) {
		value = value[0];
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	const { value: inner, name } = value as Record<string, unknown>;
	return [inner, name].find((one) => typeof one === 'string') ?? value;
}

/** The choice that a value means, by what is sent or by the words of the list; undefined where it means none. */
export function findChoice<T extends { value: string; name: string }>(
	value: unknown,
	choices: readonly T[],
): T | undefined {
	const one = unwrapChoice(value);
	if (typeof one !== 'string' || one.length > SHORT_CHARACTERS) return undefined;
	const key = keyOf(one);
	return (
		choices.find((choice) => choice.value === one) ??
		choices.find(({ value: own, name }) => key !== '' && [own, name].map(keyOf).includes(key))
	);
}

/**
 * One of the values that a field's list offers, however a sheet or a person writes it; the default where it is empty.
 *
 * @throws ItemError that names the choices
 */
export function checkChoice<T extends string>(
	name: string,
	value: unknown,
	values: readonly T[],
): T {
	const found = findChoice(orDefault(name, value), fieldChoices(name))?.value;
	const choice = values.find((one) => one === found);
	if (choice === undefined) {
		throw invalidInput(
			`${fieldName(name)} is ${shown(value)}, but must be one of: ${values.join(', ')}`,
		);
	}
	return choice;
}
