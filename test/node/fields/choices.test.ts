import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox();

type Parameters = INodeParameters & { options?: IDataObject };

const expression = (value: unknown) => `={{ ${JSON.stringify(value)} }}`;

/** What a request holds when all fields are left alone. */
const DEFAULTS = { model: 'image-01', aspect_ratio: '1:1', n: 1, response_format: 'url' };

test.each<[string, Parameters, object]>([
	['a ratio with a blank', { aspectRatio: '16:9 ' }, { aspect_ratio: '16:9' }],
	['a ratio with an x', { aspectRatio: expression('16x9') }, { aspect_ratio: '16:9' }],
	['a full-width ratio', { aspectRatio: expression('１６：９') }, { aspect_ratio: '16:9' }],
	[
		"a ratio in the list's words",
		{ aspectRatio: expression('16:9 (1280 × 720, wide)') },
		{ aspect_ratio: '16:9' },
	],
	['an empty ratio', { aspectRatio: expression('') }, {}],
	[
		"a model in the list's words",
		{ model: expression('Image-01 Live') },
		{ model: 'image-01-live' },
	],
	['a model in another case', { model: expression(' IMAGE-01 ') }, {}],
	['an empty model', { model: expression('') }, {}],
	['an empty number of images', { numberOfImages: '={{ "" }}' }, {}],
	['a missing number of images', { numberOfImages: '={{ $json.missing }}' }, {}],
	['a number of images as text', { numberOfImages: expression('3.0 ') }, { n: 3 }],
	[
		'a custom size without width',
		{
			aspectRatio: expression('Custom'),
			width: '={{ $json.missing }}',
			height: expression('1,280'),
		},
		{ aspect_ratio: undefined, width: 1024, height: 1280 },
	],
	['yes', { options: { promptOptimizer: expression('yes') } }, { prompt_optimizer: true }],
	['0', { options: { aigcWatermark: '={{ 0 }}' } }, { aigc_watermark: false }],
	['a check mark', { options: { aigcWatermark: expression('✅') } }, { aigc_watermark: true }],
	['Inline', { options: { transfer: expression('Inline') } }, { response_format: 'base64' }],
	['no seed', { options: { seed: expression('') } }, {}],
	[
		"a style in the list's words",
		{ model: 'image-01-live', options: { style: expression('watercolor ') } },
		{ model: 'image-01-live', style: { style_type: '水彩', style_weight: 0.8 } },
	],
	[
		'a style as a field of its own',
		{ model: 'image-01-live', style: expression('漫画 ') },
		{ model: 'image-01-live', style: { style_type: '漫画', style_weight: 0.8 } },
	],
	['no style, in the words of the list', { style: expression('None') }, {}],
	[
		'an empty style',
		{ model: 'image-01-live', style: expression(' ') },
		{ model: 'image-01-live' },
	],
	['empty options', { options: { outputItems: '', transfer: expression(' '), timeout: '' } }, {}],
])('%s is understood', async (_name, parameters, body) => {
	const { error, items } = await node.run({ parameters });

	expect(error).toBeUndefined();
	expect(node.sandbox.requests.map((request) => request.body)).toEqual([
		JSON.parse(JSON.stringify({ prompt: 'a red fox in snow', ...DEFAULTS, ...body })),
	]);
	expect(items.length).toBeGreaterThan(0);
});

test('a table whose cells are written by people makes every image it means', async () => {
	const rows = [
		{ ratio: '16:9', count: 2, download: 'no', per: 'One Item per Request' },
		{ ratio: ' 9 x 16', count: '1', download: 'YES', per: 'per image' },
		{ ratio: '', count: '', download: '', per: '' },
	];

	const { error, items } = await node.run({
		items: rows.map((json) => ({ json })),
		parameters: {
			aspectRatio: '={{ $json.ratio }}',
			numberOfImages: '={{ $json.count }}',
			downloadImages: '={{ $json.download }}',
			options: { outputItems: '={{ $json.per }}', maxConcurrency: 1 },
		},
	});

	expect(error).toBeUndefined();
	expect(items.map(({ json, binary }) => [json.width, Object.keys(binary ?? {})])).toEqual([
		[undefined, []],
		[720, ['data']],
		[1024, ['data']],
	]);
	expect(node.sandbox.paidImages).toBe(4);
});

test.each(['16:09:00', '16:09'])(
	'a ratio that a sheet made a time of, %j, is the ratio it was',
	async (ratio) => {
		await node.run({
			items: [{ json: { ratio } }],
			parameters: { aspectRatio: '={{ $json.ratio }}' },
		});

		expect(node.sandbox.requests.map(({ body }) => body.aspect_ratio)).toEqual(['16:9']);
	},
);

test.each(['1899-12-30T16:09:00.000Z', 0.6729166666666667, '2-Mar', 46_083])(
	'a ratio that a sheet made something else of, %j, fails its row alone, with what to do',
	async (ratio) => {
		const { items } = await node.run({
			node: { onError: 'continueRegularOutput' },
			items: [{ json: { ratio } }, { json: { ratio: '16:9' } }],
			parameters: { aspectRatio: '={{ $json.ratio }}' },
		});

		expect(items[0]?.json).toMatchObject({
			error: `"Aspect Ratio" is ${JSON.stringify(ratio)}, but must be one of: 1:1, 16:9, 4:3, 3:2, 2:3, 3:4, 9:16, 21:9, custom`,
			errorDetails: { description: 'If it comes from a sheet, format the column as plain text.' },
		});
		expect(node.sandbox.requests.map(({ body }) => body.aspect_ratio)).toEqual(['16:9']);
	},
);

test('the seed -1 is refused before anything is sent', async () => {
	const { error } = await node.run({ parameters: { options: { seed: -1 } } });

	expect(error?.message).toBe(
		'"Seed" is -1, which is not random here: leave Seed out for a random one [item 0]',
	);
	expect(node.sandbox.requests).toHaveLength(0);
});

test.each<[string, Parameters, object]>([
	['any ratio', { aspectRatio: '21:9' }, { aspect_ratio: '21:9' }],
	[
		'a custom size',
		{ aspectRatio: 'custom', width: 512, height: 2048 },
		{ aspect_ratio: undefined, width: 512, height: 2048 },
	],
	[
		'a known style by its name',
		{ options: { style: 'Comic' } },
		{ style: { style_type: '漫画', style_weight: 0.8 } },
	],
	[
		'a style that is not known here',
		{ options: { style: expression('油画') } },
		{ style: { style_type: '油画', style_weight: 0.8 } },
	],
])('a model that is not known here is sent as it is, with %s', async (_name, parameters, body) => {
	await node.run({ parameters: { model: expression('image-02 '), ...parameters } as Parameters });

	expect(node.sandbox.requests.map((request) => request.body)).toEqual([
		JSON.parse(
			JSON.stringify({ prompt: 'a red fox in snow', ...DEFAULTS, model: 'image-02', ...body }),
		),
	]);
});

test.each<[string, Parameters, string]>([
	['an unknown ratio', { aspectRatio: '5:4' }, '"Aspect Ratio" is "5:4"'],
	['a size out of range', { aspectRatio: 'custom', width: 4096, height: 1024 }, '"Width" is 4096'],
	['too many images', { numberOfImages: 10 }, '"Number of Images" is 10'],
	['a prompt too long', { prompt: 'x'.repeat(1501) }, '"Prompt" has 1501 characters'],
	['a style too long', { style: expression('x'.repeat(201)) }, '"Style" has 201 characters'],
])('a model that is not known here is not sent with %s', async (_name, parameters, words) => {
	const { error } = await node.run({
		parameters: { model: expression('image-02'), ...parameters } as Parameters,
	});

	expect(error?.message).toContain(words);
	expect(node.sandbox.requests).toHaveLength(0);
});

test('a list as model is refused', async () => {
	const { error } = await node.run({ parameters: { model: '={{ ["image-01", "image-02"] }}' } });

	expect(error?.message).toContain('"Model" must be text, but is a list');
	expect(node.sandbox.requests).toHaveLength(0);
});

test('a prompt and a file name that were cut inside of an emoji are made well-formed', async () => {
	const { error, items } = await node.run({
		parameters: {
			prompt: '={{ "a fox 🦊".slice(0, 7) }}',
			options: { fileName: '={{ "fox 🦊".slice(0, 5) }}' },
		},
	});

	expect(error).toBeUndefined();
	expect(node.sandbox.requests.map(({ body }) => body.prompt)).toEqual(['a fox \ufffd']);
	expect(items[0]?.json.prompt).toBe('a fox \ufffd');
	expect(encodeURIComponent(String(items[0]?.binary?.data?.fileName))).toMatch(/^fox/);
});
