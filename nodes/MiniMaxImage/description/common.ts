import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import {
	ASPECT_RATIOS,
	CUSTOM_RATIO,
	CUSTOM_SIZE,
	IMAGE_COUNT,
	MODELS,
	PROMPT_MAX_CHARACTERS,
	modelValues,
} from '../models';
import type { Model } from '../models';

/** Shows an option only for the models that take it; always, where all of them do. */
function forModels(accepts: (model: Model) => boolean) {
	return MODELS.every(accepts) ? undefined : { show: { model: modelValues(accepts) } };
}

const numberField = { minValue: CUSTOM_SIZE.min, maxValue: CUSTOM_SIZE.max, numberStepSize: 8 };
const customOnly = { show: { aspectRatio: [CUSTOM_RATIO] } };

const aspectRatios: INodePropertyOptions[] = [
	...ASPECT_RATIOS.map(({ value, width, height, orientation }) => ({
		name: `${value} (${width} × ${height}, ${orientation})`,
		value,
		displayOptions: forModels(({ aspectRatios }) => aspectRatios.includes(value)),
	})),
	{
		name: 'Custom',
		value: CUSTOM_RATIO,
		description: 'Set width and height in pixels',
		displayOptions: forModels(({ customSize }) => customSize),
	},
];

export const model: INodeProperties = {
	displayName: 'Model',
	name: 'model',
	type: 'options',
	options: MODELS.map(({ name, value, description }) => ({ name, value, description })),
	default: 'image-01',
	description: 'The MiniMax model that draws the image',
};

export const prompt: INodeProperties = {
	displayName: 'Prompt',
	name: 'prompt',
	type: 'string',
	typeOptions: { rows: 4 },
	required: true,
	default: '',
	placeholder: 'e.g. A red fox in fresh snow, golden hour, film photo',
	description: `What the image should show: subject, setting, style, light. Up to ${PROMPT_MAX_CHARACTERS} characters.`,
};

export const size: INodeProperties[] = [
	{
		displayName: 'Aspect Ratio',
		name: 'aspectRatio',
		type: 'options',
		options: aspectRatios,
		default: '1:1',
		description: 'The shape of the image',
	},
	{
		displayName: 'Width',
		name: 'width',
		type: 'number',
		typeOptions: numberField,
		displayOptions: customOnly,
		default: 1024,
		description: `Width in pixels, from ${CUSTOM_SIZE.min} to ${CUSTOM_SIZE.max}, divisible by ${CUSTOM_SIZE.step}`,
	},
	{
		displayName: 'Height',
		name: 'height',
		type: 'number',
		typeOptions: numberField,
		displayOptions: customOnly,
		default: 1024,
		description: `Height in pixels, from ${CUSTOM_SIZE.min} to ${CUSTOM_SIZE.max}, divisible by ${CUSTOM_SIZE.step}`,
	},
];

export const result: INodeProperties[] = [
	{
		displayName: 'Number of Images',
		name: 'numberOfImages',
		type: 'number',
		typeOptions: { minValue: IMAGE_COUNT.min, maxValue: IMAGE_COUNT.max },
		default: 1,
		description: `How many images to make from the prompt, from ${IMAGE_COUNT.min} to ${IMAGE_COUNT.max}. Each is charged.`,
	},
	{
		displayName: 'Download Images',
		name: 'downloadImages',
		type: 'boolean',
		default: true,
		description:
			'Whether to fetch the images as files for the next node. Off: only links, which stop working after 24 hours.',
	},
];
