import type { INodeProperties } from 'n8n-workflow';
import { updateDisplayOptions } from 'n8n-workflow';

import { modelValues } from '../models';
import { model, prompt, result, size, style } from './common';

const takesReferences = modelValues(({ references }) => references);

const reference: INodeProperties[] = [
	{
		displayName:
			'The reference is a portrait of a person: MiniMax draws that person anew, in the scene of your prompt. It does not edit the picture, and of a product, a logo or a place something else comes out.',
		name: 'portraitNotice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Input Type',
		name: 'inputType',
		type: 'options',
		options: [
			{
				name: 'Binary File',
				value: 'binary',
				description: 'A file that comes with the input item',
			},
			{ name: 'Image URL', value: 'url', description: 'A public link, or a data URL' },
		],
		default: 'binary',
		description: 'Where the reference image comes from',
		builderHint: {
			propertyHint:
				'url for a public link or a column of links, binary for a file of the node before. The reference is a portrait of a person, never a picture to edit.',
		},
	},
	{
		displayName: 'Input Data Field Name(s)',
		name: 'binaryPropertyName',
		type: 'string',
		displayOptions: { show: { inputType: ['binary'] } },
		required: true,
		default: 'data',
		placeholder: 'e.g. data',
		hint: 'The name of the input field that holds the image file',
		description:
			'Field with the reference image: JPEG or PNG, under 10 MB, best a portrait of one person from the front. Separate several names with commas.',
	},
	{
		displayName: 'Image URL(s)',
		name: 'imageUrls',
		type: 'string',
		displayOptions: { show: { inputType: ['url'] } },
		required: true,
		default: '',
		placeholder: 'e.g. https://example.com/portrait.jpg',
		description:
			'Public link to the reference image: JPEG or PNG, under 10 MB, best a portrait of one person from the front. Separate several links with commas. A data URL works too.',
	},
];

export const imageToImage = updateDisplayOptions({ show: { operation: ['imageToImage'] } }, [
	{
		...model,
		options: model.options?.filter(
			(option) => 'value' in option && takesReferences.includes(String(option.value)),
		),
	} as INodeProperties,
	prompt,
	...reference,
	style,
	...size,
	...result,
]);
