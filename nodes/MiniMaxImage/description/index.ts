import type { INodeProperties } from 'n8n-workflow';

import { imageToImage } from './imageToImage';
import { options } from './options';
import { textToImage } from './textToImage';

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Text to Image',
			value: 'textToImage',
			action: 'Generate image from text',
			description: 'Make images from a prompt',
		},
		{
			name: 'Image to Image',
			value: 'imageToImage',
			action: 'Generate image of the person in a portrait',
			description: 'Make images of the person in a portrait, in a scene of your prompt',
		},
	],
	default: 'textToImage',
};

/** All fields of the node, in the order users see them. */
export const properties: INodeProperties[] = [operation, ...textToImage, ...imageToImage, options];

/** The fields and options of a name; a field may stand in several places, with other choices in each. */
export function fieldsOf(name: string): INodeProperties[] {
	const fields = [...properties, ...(options.options ?? [])];
	return fields.filter((field): field is INodeProperties => field.name === name && 'type' in field);
}

/** The display name of a field or option, for messages that name it as the user sees it. */
export const labelOf = (name: string): string => fieldsOf(name)[0]?.displayName ?? name;

/** What a field is when it is left alone: for an option, the value it starts with when it is added. */
export const defaultOf = (name: string): unknown => fieldsOf(name)[0]?.default;
