import type { IDataObject, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import imageToImage from '../../nodes/MiniMaxImage/__schema__/v1.0.0/imageToImage.json';
import textToImage from '../../nodes/MiniMaxImage/__schema__/v1.0.0/textToImage.json';
import { inMemory, itemWith, picture } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

interface Schema {
	type: string;
	properties?: Record<string, Schema>;
	items?: Schema;
}

function typeOf(value: unknown): string {
	if (Array.isArray(value)) return 'array';
	return Number.isInteger(value) ? 'integer' : typeof value;
}

/** Where a value is not what the schema says, as paths. */
function deviations(schema: Schema | undefined, value: unknown, path: string): string[] {
	if (schema?.type !== typeOf(value)) return [path];
	if (Array.isArray(value)) {
		return value.flatMap((one, index) => deviations(schema.items, one, `${path}[${index}]`));
	}
	if (typeof value !== 'object') return [];
	return Object.entries(value as IDataObject).flatMap(([key, one]) =>
		deviations(schema.properties?.[key], one, `${path}.${key}`),
	);
}

let portrait: INodeExecutionData;
beforeAll(async () => {
	portrait = itemWith({ data: inMemory(await picture()) });
});

const everything = {
	model: 'image-01-live',
	numberOfImages: 2,
	style: '水彩',
	options: { seed: 7, outputItems: 'perRequest' },
};

test.each<[string, Schema, INodeParameters & { options?: IDataObject }]>([
	['Text to Image', textToImage, {}],
	['Text to Image with all that adds fields', textToImage, everything],
	['Text to Image with links only', textToImage, { downloadImages: false }],
	['Image to Image', imageToImage, { operation: 'imageToImage' }],
])(
	'the output of %s has the fields that n8n shows before the run',
	async (_, schema, parameters) => {
		const { items, error } = await node.run({ parameters, items: [portrait] });

		expect(error).toBeUndefined();
		expect(items.flatMap(({ json }) => deviations(schema, json, 'json'))).toEqual([]);
		expect(node.sandbox.requests).toHaveLength(1);
	},
);

test('a field that the schema does not know, or of another type, is found', () => {
	const json = { imageUrl: 1, images: [{ width: 1.5 }], other: '' };

	expect(deviations(textToImage, json, 'json')).toEqual([
		'json.imageUrl',
		'json.images[0].width',
		'json.other',
	]);
});

test('both operations promise the documented fields, in the order of use', () => {
	expect(imageToImage).toEqual(textToImage);
	expect(Object.keys(textToImage.properties)).toEqual([
		...['imageUrl', 'fileName', 'prompt', 'imageIndex', 'expiresAt', 'width', 'height'],
		...[
			'aspectRatio',
			'size',
			'style',
			'model',
			'seed',
			'successCount',
			'failedCount',
			'requestId',
		],
		'images',
	]);
});
