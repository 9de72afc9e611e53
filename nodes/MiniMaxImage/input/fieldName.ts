import type { INodeProperties } from 'n8n-workflow';

import { labelOf, properties } from '../description';
import { options } from '../description/options';

/** Reads a parameter of one item by its name; an expression is evaluated. */
export type Read = (name: string) => unknown;

/** What messages call a field: its name as displayed, in quotes. */
export const fieldName = (name: string): string => `"${labelOf(name)}"`;

function fieldsOf(name: string): INodeProperties[] {
	const fields = [...properties, ...(options.options ?? [])];
	return fields.filter((field): field is INodeProperties => field.name === name && 'type' in field);
}

/** What a field is when it is left alone: for an option, the value it starts with when it is added. */
export const fieldDefault = (name: string): unknown => fieldsOf(name)[0]?.default;

/** What a field's list offers: the value that is sent, and the words that users see. */
export function fieldChoices(name: string): { value: string; name: string }[] {
	const choices = fieldsOf(name).flatMap((field) => field.options ?? []);
	return choices.flatMap((choice) =>
		'value' in choice ? [{ value: String(choice.value), name: choice.name }] : [],
	);
}
