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
import { STYLES, stylesOnly } from './styles';

/** Shows an option only for the models that take it; always, where all of them do. */
function forModels(accepts: (model: Model) => boolean) {
	return MODELS.every(accepts) ? undefined : { show: { model: modelValues(accepts) } };
}

/** What Width and Height have in common: their rule is on the form, since n8n cuts a wrong value without a word. */
const side = {
	type: 'number',
	typeOptions: {
		minValue: CUSTOM_SIZE.min,
		maxValue: CUSTOM_SIZE.max,
		numberStepSize: CUSTOM_SIZE.step,
	},
	displayOptions: { show: { aspectRatio: [CUSTOM_RATIO] } },
	default: 1024,
	hint: `${CUSTOM_SIZE.min} to ${CUSTOM_SIZE.max} pixels, divisible by ${CUSTOM_SIZE.step}`,
} satisfies Partial<INodeProperties>;

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
	builderHint: {
		propertyHint:
			'Keep image-01 unless a drawn or cartoon look with one of the styles is wanted: then image-01-live',
	},
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
	builderHint: {
		propertyHint:
			'One or two sentences: subject, setting, style, light. With several input items each item is one request, so map the column that holds its prompt.',
	},
};

export const style: INodeProperties = {
	displayName: 'Style',
	name: 'style',
	type: 'options',
	displayOptions: stylesOnly,
	options: [{ name: 'None', value: '' }, ...STYLES],
	default: '',
	description: 'The drawing style. How strongly it shows is the option Style Weight.',
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
	{ ...side, displayName: 'Width', name: 'width', description: 'Width of the image in pixels' },
	{ ...side, displayName: 'Height', name: 'height', description: 'Height of the image in pixels' },
];

export const result: INodeProperties[] = [
	{
		displayName: 'Number of Images',
		name: 'numberOfImages',
		type: 'number',
		typeOptions: { minValue: IMAGE_COUNT.min, maxValue: IMAGE_COUNT.max },
		default: 1,
		hint: 'Each image is charged. Links to images work for 24 hours.',
		description: `How many images to make from the prompt, from ${IMAGE_COUNT.min} to ${IMAGE_COUNT.max}`,
		builderHint: {
			propertyHint:
				'Images of each input item. Every image is charged: keep 1 unless more are wanted.',
		},
	},
	{
		displayName: 'Download Images',
		name: 'downloadImages',
		type: 'boolean',
		default: true,
		description:
			'Whether to fetch the images as files for the next node. Off: only links, which stop working after 24 hours.',
		builderHint: {
			propertyHint:
				'Keep it on when a later node uploads, sends or stores the image. Turn it off for an AI Agent, which receives links and no files.',
		},
	},
];
