import { defaultOf, fieldsOf, labelOf } from '../description';
import { isUnset } from './checks';

/** Reads a parameter of one item by its name; an expression is evaluated. */
export type Read = (name: string) => unknown;

/** What messages call a field: its name as displayed, in quotes. */
export const fieldName = (name: string): string => `"${labelOf(name)}"`;

/** A field's value, or what the field is when it is left alone where that is empty. */
export const orDefault = (name: string, value: unknown): unknown =>
	isUnset(value) ? defaultOf(name) : value;

/** What a field's list offers: the value that is sent, and the words that users see. */
export function fieldChoices(name: string): { value: string; name: string }[] {
	const choices = fieldsOf(name).flatMap((field) => field.options ?? []);
	return choices.flatMap((choice) =>
		'value' in choice ? [{ value: String(choice.value), name: choice.name }] : [],
	);
}
