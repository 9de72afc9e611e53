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

/** The display name of a field or option, for messages that name it as the user sees it. */
export function labelOf(name: string): string {
	const fields = [...properties, ...(options.options ?? [])];
	const field = fields.find((candidate) => candidate.name === name);
	return field && 'displayName' in field ? field.displayName : name;
}
