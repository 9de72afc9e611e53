import type { IBinaryData, IDataObject } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';

import { toErrorItem } from '../../../nodes/MiniMaxImage/output/errorItem';
import { toItems } from '../../../nodes/MiniMaxImage/output/items';
import type { OutputImage } from '../../../nodes/MiniMaxImage/output/items';
import { Purchase } from '../../../nodes/MiniMaxImage/purchase';
import type { ImageRequest, OutputSettings } from '../../../nodes/MiniMaxImage/input/types';

const ANSWERED_AT = Date.parse('2026-11-20T12:00:00.500Z');
const EXPIRES_AT = '2026-11-21T12:00:00.500Z';

const file = (name: string): IBinaryData => ({ mimeType: 'image/jpeg', fileName: name, data: '' });

const image = (imageIndex: number): OutputImage => ({
	imageIndex,
	imageUrl: `https://images.example.com/${imageIndex}`,
	size: { width: 1280, height: 720 },
	file: file(`fox-${imageIndex}.jpg`),
});

const itemsOf = (
	images: OutputImage[],
	output: Partial<OutputSettings> = {},
	request: Partial<ImageRequest> = {},
	columns?: IDataObject,
) =>
	toItems(
		{
			itemIndex: 4,
			columns,
			answer: {
				requestId: 'req-1',
				images: [],
				successCount: 2,
				failedCount: 1,
				answeredAt: ANSWERED_AT,
				purchase: new Purchase({ entries: {}, filesInMemory: new Map(), execution: '1' }, 'key'),
				recalled: false,
				maybeTwice: false,
			},
			parameters: {
				request: {
					model: 'image-01',
					prompt: 'a red fox',
					size: { aspectRatio: '16:9' },
					count: 3,
					transfer: 'url',
					...request,
				},
				output: {
					downloadImages: true,
					binaryPropertyOutput: 'data',
					outputItems: 'perImage',
					includeInputFields: false,
					...output,
				},
				send: {
					requestsPerMinute: 10,
					maxConcurrency: 5,
					maxImages: 0,
					maxRetries: 3,
					timeoutMs: 180_000,
				},
			},
		},
		images,
	);

const imageJson = (imageIndex: number) => ({
	fileName: `fox-${imageIndex}.jpg`,
	imageIndex,
	imageUrl: `https://images.example.com/${imageIndex}`,
	expiresAt: EXPIRES_AT,
	width: 1280,
	height: 720,
});

const REQUEST_JSON = {
	aspectRatio: '16:9',
	model: 'image-01',
	prompt: 'a red fox',
	successCount: 2,
	failedCount: 1,
};

test('one item an image, in their order, each with its own facts and those of the request', () => {
	expect(itemsOf([image(1), image(3)], { binaryPropertyOutput: 'fox' })).toEqual(
		[1, 3].map((index) => ({
			json: { requestId: 'req-1', ...imageJson(index), ...REQUEST_JSON },
			binary: { fox: file(`fox-${index}.jpg`) },
			pairedItem: { item: 4 },
		})),
	);
});

test('one item a request holds the facts of its first image, all images, and a field a file', () => {
	expect(itemsOf([image(1), image(2), image(3)], { outputItems: 'perRequest' })).toEqual([
		{
			json: {
				requestId: 'req-1',
				...imageJson(1),
				...REQUEST_JSON,
				images: ['data', 'data_2', 'data_3'].map((binaryField, index) => ({
					...imageJson(index + 1),
					binaryField,
				})),
			},
			binary: { data: file('fox-1.jpg'), data_2: file('fox-2.jpg'), data_3: file('fox-3.jpg') },
			pairedItem: { item: 4 },
		},
	]);
});

test.each(['perImage', 'perRequest'] as const)('no images make no items, %s', (outputItems) => {
	expect(itemsOf([], { outputItems })).toEqual([]);
});

test.each(['perImage', 'perRequest'] as const)(
	'links alone make items without files and sizes, %s',
	(outputItems) => {
		const link = { imageIndex: 1, imageUrl: 'https://images.example.com/1' };
		const [item] = itemsOf([link], { outputItems });

		expect(item).not.toHaveProperty('binary');
		expect(item?.json).toMatchObject({ ...link, expiresAt: EXPIRES_AT });
		expect(item?.json).not.toHaveProperty('width');
		expect(item?.json).not.toHaveProperty('height');
	},
);

test('an inline image has no link and no end', () => {
	const [item] = itemsOf([{ imageIndex: 1, file: file('fox.jpg') }]);

	expect(item?.json).toEqual({
		requestId: 'req-1',
		fileName: 'fox.jpg',
		imageIndex: 1,
		...REQUEST_JSON,
	});
	expect(Object.keys(item?.json ?? {})).not.toContain('imageUrl');
	expect(Object.keys(item?.json ?? {})).not.toContain('expiresAt');
});

test.each([42, 0])('the seed %d is told', (seed) => {
	expect(itemsOf([image(1)], {}, { seed })[0]?.json).toMatchObject({ seed });
});

test('what people map first comes first, and a size asked for takes the place of a ratio', () => {
	const request = {
		size: { width: 1280, height: 720 },
		seed: 0,
		style: { type: '水彩', weight: 1 },
	};
	const [item] = itemsOf([image(1)], {}, request);

	expect(Object.keys(item?.json ?? {})).toEqual([
		...['imageUrl', 'fileName', 'prompt', 'imageIndex', 'expiresAt', 'width', 'height'],
		...['size', 'style', 'model', 'seed', 'successCount', 'failedCount', 'requestId'],
	]);
	expect(item?.json).toMatchObject({ size: '1280x720', style: 'Watercolor', seed: 0 });
});

test("the row's own columns stay beside ours, which win under their documented names", () => {
	const columns = { sku: 'PRD-77', prompt: 'theirs', model: 'T', url: 'https://shop.example' };
	const [item] = itemsOf([image(1)], {}, {}, columns);

	expect(item?.json).toEqual({
		...columns,
		requestId: 'req-1',
		...imageJson(1),
		...REQUEST_JSON,
	});
});

test('a seed that was not given is not told', () => {
	expect(Object.keys(itemsOf([image(1)])[0]?.json ?? {})).not.toContain('seed');
});

describe('the item of a failure', () => {
	const node = {
		id: 'image',
		name: 'MiniMax Image',
		type: 'n8n-nodes-minimax-image.miniMaxImage',
		typeVersion: 1,
		position: [0, 0] as [number, number],
		parameters: {},
	};
	const failed = () => {
		const error = new NodeOperationError(node, 'Cut short', { description: 'Run it again.' });
		Object.assign(error.context, { code: 'cut', traceId: 'req-1', imageUrl: 'https://a.example' });
		return error;
	};
	const FACTS = {
		error: 'Cut short',
		errorDetails: {
			code: 'cut',
			description: 'Run it again.',
			traceId: 'req-1',
			imageUrl: 'https://a.example',
		},
	};

	test('tells what happened, what to do, and the link that is paid for', () => {
		expect(toErrorItem(failed(), 2)).toEqual({ json: FACTS, pairedItem: { item: 2 } });
	});

	test('keeps the files and the prompt of its row', () => {
		const binary = { photo: file('face.jpg') };

		expect(toErrorItem(failed(), 2, { binary, prompt: 'a fox' })).toEqual({
			json: { ...FACTS, prompt: 'a fox' },
			binary,
			pairedItem: { item: 2 },
		});
	});

	test('tells the message alone where there is no more', () => {
		expect(toErrorItem(new NodeOperationError(node, 'Prompt is empty'), 0).json).toEqual({
			error: 'Prompt is empty',
		});
	});

	test('has an error that the engine can read and that no copy carries along', () => {
		const error = failed();
		const item = toErrorItem(error, 2);

		expect(item.error).toBe(error);
		expect(Object.keys(item)).toEqual(['json', 'pairedItem']);
	});

	test('keeps its fields when the engine replaces them by the message', () => {
		const item = toErrorItem(failed(), 2);
		item.json = { error: 'Message of the engine' };

		expect(item.json).toEqual({ ...FACTS, error: 'Message of the engine' });
	});

	test.each([
		['spread', (item: object) => ({ ...item })],
		['structured', (item: object) => structuredClone({ ...item })],
		['serialized', (item: object) => JSON.parse(JSON.stringify(item)) as object],
	])('is a plain item once it is %s', (_name, copy) => {
		const copied = copy(toErrorItem(failed(), 2));

		expect(Object.getOwnPropertyDescriptors(copied)).toMatchObject({
			json: { value: FACTS, writable: true },
			pairedItem: { value: { item: 2 } },
		});
		expect(copied).not.toHaveProperty('error');
	});
});
