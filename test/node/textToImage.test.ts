import { MODELS } from '../../nodes/MiniMaxImage/models';
import { engineHas } from '../support/features';
import { decoded } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

test('sends the shortest possible request and outputs the image with everything about it', async () => {
	const before = Date.now();

	const { items, error } = await node.run({ parameters: { prompt: 'a red fox in snow' } });

	expect(error).toBeUndefined();
	expect(node.sandbox.requests).toHaveLength(1);
	expect(node.sandbox.requests[0]).toMatchObject({
		body: {
			model: 'image-01',
			prompt: 'a red fox in snow',
			aspect_ratio: '1:1',
			response_format: 'url',
			n: 1,
		},
		headers: {
			authorization: `Bearer ${node.sandbox.key}`,
			'content-type': 'application/json',
		},
	});
	expect(Object.keys(node.sandbox.requests[0]?.body ?? {})).toHaveLength(5);
	const requestId = items[0]?.json.requestId;
	expect(requestId).toMatch(/^[0-9a-f]{32}$/);
	expect(items).toEqual([
		{
			json: {
				requestId,
				fileName: 'red-fox-in-snow.jpg',
				aspectRatio: '1:1',
				imageIndex: 1,
				imageUrl: `${node.sandbox.imageUrl}${node.sandbox.imageRequests[0]?.path}`,
				expiresAt: expect.any(String),
				width: 1024,
				height: 1024,
				model: 'image-01',
				prompt: 'a red fox in snow',
				successCount: 1,
				failedCount: 0,
			},
			binary: {
				data: {
					mimeType: 'image/jpeg',
					fileType: 'image',
					fileExtension: 'jpg',
					fileName: 'red-fox-in-snow.jpg',
					data: expect.any(String),
					fileSize: expect.stringMatching(/kB$/),
					...(engineHas('fileBytes') && { bytes: expect.any(Number) }),
				},
			},
			pairedItem: { item: 0 },
		},
	]);
	const expiresInMs = Date.parse(String(items[0]?.json.expiresAt)) - before;
	expect(Math.abs(expiresInMs - 24 * 60 * 60 * 1000)).toBeLessThan(60_000);
	expect(await decoded(items[0])).toEqual({ width: 1024, height: 1024, format: 'jpeg' });
});

test('sends every option by its name on the wire', async () => {
	await node.run({
		parameters: {
			model: 'image-01-live',
			prompt: 'a castle',
			aspectRatio: '16:9',
			numberOfImages: 2,
			options: {
				seed: 0,
				promptOptimizer: true,
				aigcWatermark: false,
				style: '水彩',
				styleWeight: 0.5,
				transfer: 'base64',
			},
		},
	});

	expect(node.sandbox.requests[0]?.body).toEqual({
		model: 'image-01-live',
		prompt: 'a castle',
		aspect_ratio: '16:9',
		response_format: 'base64',
		n: 2,
		seed: 0,
		prompt_optimizer: true,
		aigc_watermark: false,
		style: { style_type: '水彩', style_weight: 0.5 },
	});
});

test.each([
	[
		'the English name of a style',
		{ style: 'Medieval' },
		{ style_type: '中世纪', style_weight: 0.8 },
	],
	[
		'a style alone gets the weight 0.8',
		{ style: '漫画' },
		{ style_type: '漫画', style_weight: 0.8 },
	],
])('style: %s', async (_name, options, expected) => {
	await node.run({ parameters: { model: 'image-01-live', options } });

	expect(node.sandbox.requests[0]?.body.style).toEqual(expected);
});

test.each(MODELS.flatMap(({ value, aspectRatios }) => aspectRatios.map((ratio) => [value, ratio])))(
	'%s in %s comes in exactly the size that the API promises',
	async (model, aspectRatio) => {
		const { items, error } = await node.run({
			parameters: { model, aspectRatio, options: { seed: 1 } },
		});

		expect(error).toBeUndefined();
		const { width, height } = items[0]?.json ?? {};
		expect(await decoded(items[0])).toEqual({ width, height, format: 'jpeg' });
	},
);

test('a custom size is sent as width and height, without a ratio', async () => {
	const { items } = await node.run({
		parameters: { aspectRatio: 'custom', width: 640, height: 2048 },
	});

	const body = node.sandbox.requests[0]?.body;
	expect(body).toMatchObject({ width: 640, height: 2048 });
	expect(body).not.toHaveProperty('aspect_ratio');
	expect(items[0]?.json).toMatchObject({ width: 640, height: 2048 });
});

test('numeric strings from expressions count as numbers, empty cells as not set', async () => {
	const { items, error } = await node.run({
		items: [{ json: { n: '3', w: ' 640 ', seed: '7', empty: '' } }],
		parameters: {
			aspectRatio: 'custom',
			width: '={{ $json.w }}',
			height: 512,
			numberOfImages: '={{ $json.n }}',
			options: {
				seed: '={{ $json.seed }}',
				maxRetries: '={{ $json.empty }}',
				promptOptimizer: '={{ $json.empty }}',
				fileName: '={{ $json.empty }}',
			},
		},
	});

	expect(error).toBeUndefined();
	expect(items).toHaveLength(3);
	expect(node.sandbox.requests[0]?.body).toMatchObject({ width: 640, n: 3, seed: 7 });
	expect(node.sandbox.requests[0]?.body).not.toHaveProperty('prompt_optimizer');
});

test('several images of several items come in input order, each paired with its item', async () => {
	node.sandbox.latencyMs = ({ n = 1 }) => (n === 3 ? 150 : 0);

	const { items } = await node.run({
		items: [
			{ json: { p: 'one', n: 3 } },
			{ json: { p: 'two', n: 1 } },
			{ json: { p: 'three', n: 2 } },
		],
		parameters: { prompt: '={{ $json.p }}', numberOfImages: '={{ $json.n }}' },
	});

	expect(items.map(({ json, pairedItem }) => [json.prompt, json.imageIndex, pairedItem])).toEqual([
		['one', 1, { item: 0 }],
		['one', 2, { item: 0 }],
		['one', 3, { item: 0 }],
		['two', 1, { item: 1 }],
		['three', 1, { item: 2 }],
		['three', 2, { item: 2 }],
	]);
	expect(new Set(items.map(({ binary }) => binary?.data?.fileName)).size).toBe(6);
});

test('one item a request holds its images in data, data_2, data_3', async () => {
	const { items } = await node.run({
		parameters: {
			numberOfImages: 3,
			options: { outputItems: 'perRequest', binaryPropertyOutput: 'picture', fileName: 'fox.png' },
		},
	});

	expect(items).toHaveLength(1);
	expect(items[0]).toMatchObject({
		json: {
			imageIndex: 1,
			width: 1024,
			successCount: 3,
			images: [{ imageIndex: 1 }, { imageIndex: 2 }, { imageIndex: 3, width: 1024, height: 1024 }],
		},
		binary: {
			picture: { fileName: 'fox-1.jpg' },
			picture_2: { fileName: 'fox-2.jpg' },
			picture_3: { fileName: 'fox-3.jpg' },
		},
		pairedItem: { item: 0 },
	});
	expect(Object.keys(items[0]?.binary ?? {})).toHaveLength(3);
});

test('links only: no download, no binary, no pixel size', async () => {
	const { items } = await node.run({
		parameters: { downloadImages: false, numberOfImages: 2, options: { transfer: 'base64' } },
	});

	expect(node.sandbox.requests[0]?.body.response_format).toBe('url');
	expect(node.sandbox.imageRequests).toHaveLength(0);
	expect(items).toHaveLength(2);
	expect(Object.keys(items[0] ?? {})).toEqual(['json', 'pairedItem']);
	expect(items[0]?.json).not.toHaveProperty('width');
	expect(items[0]?.json.imageUrl).toMatch(/^http/);
});

test('inline transfer: the image host is not contacted, and there is neither link nor base64 in the JSON', async () => {
	const { items } = await node.run({
		parameters: { numberOfImages: 2, options: { transfer: 'base64' } },
	});

	expect(node.sandbox.imageRequests).toHaveLength(0);
	expect(await decoded(items[1])).toEqual({ width: 1024, height: 1024, format: 'jpeg' });
	expect(items[0]?.json).not.toHaveProperty('imageUrl');
	expect(items[0]?.json).not.toHaveProperty('expiresAt');
	expect(JSON.stringify(items[0]?.json).length).toBeLessThan(500);
});

test('file names are unique within an execution, whatever the items ask for', async () => {
	const { items } = await node.run({
		items: ['Fox', 'fox', 'fox-2', 'CON', 'a/b:c'].map((name) => ({ json: { name } })),
		parameters: { options: { fileName: '={{ $json.name }}' } },
	});

	expect(items.map(({ binary }) => binary?.data?.fileName)).toEqual([
		'Fox.jpg',
		'fox-2.jpg',
		'fox-2-2.jpg',
		'_CON.jpg',
		'a_b_c.jpg',
	]);
});

test('no more requests are in flight than Max Concurrency allows', async () => {
	node.sandbox.latencyMs = 30;

	const { items } = await node.run({
		items: Array.from({ length: 8 }, (_, index) => ({ json: { index } })),
		parameters: { options: { maxConcurrency: 3 } },
	});

	expect(items).toHaveLength(8);
	expect(node.sandbox.peakInFlight).toBe(3);
});
