import type { INodeParameters, INodeProperties } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { MiniMaxImageApi } from '../../credentials/MiniMaxImageApi.credentials';
import { MiniMaxImage } from '../../nodes/MiniMaxImage/MiniMaxImage.node';
import codex from '../../nodes/MiniMaxImage/MiniMaxImage.node.json';
import { labelOf } from '../../nodes/MiniMaxImage/description';
import packageJson from '../../package.json';

const { description } = new MiniMaxImage();
const credential = new MiniMaxImageApi();
const node = { typeVersion: 1 };

const collection = description.properties.find(({ name }) => name === 'options');
const options = (collection?.options ?? []) as INodeProperties[];

/** All that the editor can show: the fields, and the options inside the collection. */
const fields: INodeProperties[] = [...description.properties, ...options, ...credential.properties];

const valuesOf = ({ options: list = [] }: INodeProperties) =>
	list.flatMap((option) => ('value' in option ? [option.value] : []));

/** The fields and options that a user sees with these parameters. */
function visible(parameters: INodeParameters) {
	const all = { type: description.name, typeVersion: 1 };
	const root =
		NodeHelpers.getNodeParameters(
			description.properties,
			parameters,
			true,
			false,
			all,
			description,
		) ?? {};
	const isShown = (property: INodeProperties, values: INodeParameters) =>
		NodeHelpers.displayParameter(values, property, node, description, root);
	return {
		fields: description.properties.filter((field) => isShown(field, root)),
		names: description.properties.filter((field) => isShown(field, root)).map(({ name }) => name),
		options: options.filter((option) => isShown(option, {})).map(({ name }) => name),
	};
}

const STYLES = ['漫画', '元气', '中世纪', '水彩'];
const RATIOS = ['1:1', '16:9', '4:3', '3:2', '2:3', '3:4', '9:16', '21:9', 'custom'];

test.each<[string, unknown, unknown[]]>([
	['operation', 'textToImage', ['textToImage', 'imageToImage']],
	['model', 'image-01', ['image-01', 'image-01-live']],
	['prompt', '', []],
	['inputType', 'binary', ['binary', 'url']],
	['binaryPropertyName', 'data', []],
	['imageUrls', '', []],
	['style', '', ['', ...STYLES]],
	['aspectRatio', '1:1', RATIOS],
	['width', 1024, []],
	['height', 1024, []],
	['numberOfImages', 1, []],
	['downloadImages', true, []],
	['options', {}, []],
])('the field %s starts with %j and offers %j', (name, value, values) => {
	const found = description.properties.filter((field) => field.name === name);

	expect(found).not.toEqual([]);
	for (const field of found) {
		expect(field.default).toEqual(value);
		expect(valuesOf(field)).toEqual(values);
	}
});

test.each<[string, unknown, string, unknown[]]>([
	['seed', 0, 'Seed', []],
	['promptOptimizer', false, 'Prompt Optimizer', []],
	['aigcWatermark', false, 'AI Watermark', []],
	['style', '漫画', 'Style', STYLES],
	['styleWeight', 0.8, 'Style Weight', []],
	['binaryPropertyOutput', 'data', 'Put Output in Field', []],
	['fileName', '', 'File Name', []],
	['includeInputFields', false, 'Include Input Fields', []],
	['outputItems', 'perImage', 'Output Items', ['perImage', 'perRequest']],
	['transfer', 'url', 'Transfer', ['url', 'base64']],
	['requestsPerMinute', 10, 'Requests per Minute', []],
	['maxConcurrency', 5, 'Max Concurrency', []],
	['maxImages', 0, 'Max Images per Run', []],
	['maxRetries', 3, 'Max Retries', []],
	['timeout', 180, 'Timeout', []],
])('the option %s starts with %j, is called %s and offers %j', (name, value, label, values) => {
	const option = options.find((candidate) => candidate.name === name);

	expect(option).toMatchObject({ displayName: label, default: value });
	expect(option && valuesOf(option)).toEqual(values);
	expect(labelOf(name)).toBe(label);
});

test('messages call a field as the user sees it', () => {
	expect(['binaryPropertyName', 'imageUrls', 'nothing'].map(labelOf)).toEqual([
		'Input Data Field Name(s)',
		'Image URL(s)',
		'nothing',
	]);
});

test('operations are offered as actions', () => {
	expect(description.properties[0]).toMatchObject({
		noDataExpression: true,
		options: [
			{ name: 'Text to Image', action: 'Generate image from text' },
			{ name: 'Image to Image', action: 'Generate image of the person in a portrait' },
		],
	});
});

test.each<[INodeParameters, string[]]>([
	[
		{},
		['operation', 'model', 'prompt', 'aspectRatio', 'numberOfImages', 'downloadImages', 'options'],
	],
	[
		{ operation: 'imageToImage', aspectRatio: 'custom' },
		[
			...['operation', 'model', 'prompt', 'portraitNotice', 'inputType', 'binaryPropertyName'],
			...['aspectRatio', 'width', 'height', 'numberOfImages', 'downloadImages', 'options'],
		],
	],
	[
		{ operation: 'imageToImage', inputType: 'url', model: 'image-01-live' },
		[
			...['operation', 'model', 'prompt', 'portraitNotice', 'inputType', 'imageUrls'],
			...['style', 'aspectRatio', 'numberOfImages', 'downloadImages', 'options'],
		],
	],
	[
		{ aspectRatio: 'custom' },
		[
			...['operation', 'model', 'prompt', 'aspectRatio', 'width', 'height'],
			...['numberOfImages', 'downloadImages', 'options'],
		],
	],
])('with %j the editor shows the fields that apply, each once', (parameters, names) => {
	expect(visible(parameters).names).toEqual(names);
});

/** All options in their order: those of the picture, of the output, of the run. */
const ALL = [
	...['aigcWatermark', 'promptOptimizer', 'seed', 'styleWeight'],
	...['fileName', 'includeInputFields', 'outputItems', 'binaryPropertyOutput'],
	...['maxConcurrency', 'maxImages', 'maxRetries', 'requestsPerMinute', 'timeout', 'transfer'],
];
const FILES = ['fileName', 'binaryPropertyOutput', 'transfer'];
const without = (...names: string[]) => ALL.filter((name) => !names.includes(name));

test.each<[INodeParameters, string[]]>([
	[{}, without('styleWeight')],
	[{ model: 'image-01-live' }, ALL],
	[{ downloadImages: false }, without('styleWeight', ...FILES)],
	[{ operation: 'imageToImage', model: 'image-01-live', downloadImages: false }, without(...FILES)],
])('with %j the editor offers the options that apply, the picture first', (parameters, names) => {
	expect(visible(parameters).options).toEqual(names);
});

test('a style among the options of a saved workflow is kept, and shown there alone', () => {
	const load = (parameters: INodeParameters) =>
		NodeHelpers.getNodeParameters(
			description.properties,
			parameters,
			true,
			false,
			node,
			description,
		);
	const saved = { model: 'image-01-live', options: { style: '水彩' } };
	const former = options.find(({ name }) => name === 'style');
	const isShown = (values: INodeParameters) =>
		former && NodeHelpers.displayParameter(values, former, node, description, saved);

	expect(load(saved)).toMatchObject({ style: '', options: { style: '水彩' } });
	expect([isShown(saved.options), isShown({})]).toEqual([true, false]);
});

test('an AI model as the user of the tool meets no option for files or for other rows', () => {
	const tool = { ...description, name: `${description.name}Tool` };
	const offered = (type: typeof description) =>
		options
			.filter((option) =>
				NodeHelpers.displayParameter({}, option, node, type, {
					model: 'image-01-live',
					downloadImages: true,
				}),
			)
			.map(({ name }) => name);

	expect(offered(description)).toEqual(ALL);
	expect(offered(tool)).toEqual([
		...['aigcWatermark', 'promptOptimizer', 'seed', 'styleWeight'],
		...['maxImages', 'maxRetries', 'requestsPerMinute', 'timeout'],
	]);
});

test.each([
	['image-01', RATIOS],
	['image-01-live', RATIOS.filter((ratio) => !['21:9', 'custom'].includes(ratio))],
])('of the ratios the model %s offers those that it takes', (model, ratios) => {
	const { fields: shown } = visible({ model });
	const offered = shown.flatMap(({ name, options: list = [] }) =>
		name === 'aspectRatio' ? list : [],
	);

	expect(
		offered.flatMap((option) =>
			'value' in option && NodeHelpers.displayParameter({ model }, option, node, description)
				? [option.value]
				: [],
		),
	).toEqual(ratios);
});

test('every field explains itself in the way of n8n', () => {
	for (const { displayName, type, placeholder, description: words } of fields) {
		expect(displayName).toMatch(/^[A-Z]/);
		if (type === 'boolean') expect(words).toMatch(/^Whether /);
		if (!['collection', 'notice'].includes(type)) expect(words ?? displayName).not.toBe('');
		if (placeholder) expect(placeholder).toMatch(/^(e\.g\. |Add Option$)/);
	}
});

test('the node is one that n8n and its AI agents can use', () => {
	expect(description).toMatchObject({
		displayName: 'MiniMax Image',
		name: 'miniMaxImage',
		version: 1,
		usableAsTool: {
			replacements: { description: expect.stringMatching(/imageUrl.* 24 hours.* charged/) },
		},
		builderHint: { searchHint: expect.stringMatching(/no loop.* charged/) },
		inputs: ['main'],
		outputs: ['main'],
		credentials: [{ name: 'miniMaxImageApi', required: true }],
	});
});

test('the credential asks for key, region and, for a gateway, its address', () => {
	expect(credential).toMatchObject({ name: 'miniMaxImageApi', displayName: 'MiniMax Image API' });
	const asked = credential.properties.filter(({ type }) => !['notice', 'hidden'].includes(type));
	expect(asked).toMatchObject([
		{ name: 'apiKey', type: 'string', typeOptions: { password: true }, default: '' },
		{ name: 'region', type: 'options', default: 'global' },
		{ name: 'baseUrl', type: 'string', default: '' },
	]);
	const [, region, baseUrl] = asked;
	expect(region && valuesOf(region)).toEqual(['global', 'china', 'chinaNew', 'custom']);
	for (const value of ['global', 'china', 'chinaNew', 'custom']) {
		expect(baseUrl && NodeHelpers.displayParameter({ region: value }, baseUrl, null, null)).toBe(
			value === 'custom',
		);
	}
});

/** The categories that n8n has for community nodes; AI is for nodes made with its AI Node SDK. */
const NODE_CATEGORIES = [
	...['Analytics', 'Communication', 'Data & Storage', 'Development', 'Finance & Accounting'],
	...['Marketing & Content', 'Miscellaneous', 'Productivity', 'Sales', 'Utility'],
];

test('the codex lets users find the node and its documentation', () => {
	expect(codex.node).toBe(`${packageJson.name}.${description.name}`);
	expect(codex).not.toHaveProperty('subcategories');
	expect(NODE_CATEGORIES).toEqual(expect.arrayContaining(codex.categories));
	expect(codex.alias).toEqual(
		expect.arrayContaining([
			...[
				'ai',
				'image',
				'picture',
				'text to image',
				'image to image',
				'minimax',
				'mini max',
				'hailuo',
			],
		]),
	);
	const { credentialDocumentation, primaryDocumentation } = codex.resources;
	const links = [...credentialDocumentation, ...primaryDocumentation].map(({ url }) => url);
	expect(links).toHaveLength(2);
	for (const link of [...links, credential.documentationUrl]) {
		expect(new URL(link).protocol).toBe('https:');
	}
});
