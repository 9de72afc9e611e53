import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { ASPECT_RATIOS, MODELS } from '../../nodes/MiniMaxImage/models';
import { inMemory, itemWith, picture } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox({ plain: true });

/** Mostly good, now and then at or over an edge, or of another type. */
const mostly = <T>(good: fc.Arbitrary<T>, ...odd: unknown[]) =>
	fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: fc.constantFrom(...odd) });

const side = mostly(
	fc.integer({ min: 64, max: 256 }).map((eighth) => eighth * 8),
	...[504, 511, 512, 2048, 2049, 2056, 1020, 1024.5, '1024', '', null, -8, 1e9],
);

const prompt = mostly(
	fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
	...['', ' ', '\n\t', '🦊'.repeat(1500), '🦊'.repeat(1501), 'x'.repeat(1500), 'x'.repeat(1501)],
	...[42, null, true, { text: 'fox' }],
);

const options = fc.record(
	{
		seed: mostly(fc.maxSafeInteger(), 0, -1, '7', 0.5, 2 ** 53, '9007199254740993', '', 'x'),
		promptOptimizer: mostly(fc.boolean(), 'true', '', 'yes'),
		aigcWatermark: mostly(fc.boolean(), 'false', 1),
		style: mostly(fc.constantFrom('漫画', '元气', '中世纪', '水彩', 'Comic'), '', 'cubism'),
		styleWeight: mostly(fc.double({ min: 0.01, max: 1, noNaN: true }), 0, 1, 1.1, '0.5', '', -1),
		transfer: mostly(fc.constantFrom('url', 'base64'), 'ftp'),
	},
	{ requiredKeys: [] },
);

const parameters = fc.record({
	operation: fc.constantFrom('textToImage', 'imageToImage'),
	inputType: fc.constantFrom('binary', 'url'),
	imageUrls: mostly(
		fc.webUrl(),
		'ftp://example.com/a',
		'no link',
		'',
		'data:image/png;base64,AAAA',
	),
	binaryPropertyName: mostly(fc.constantFrom('face', 'face,side'), 'text', 'missing', 'short'),
	model: mostly(
		fc.constantFrom(...MODELS.map(({ value }) => value)),
		'image-02',
		'Image-01 Live ',
		'',
		7,
	),
	prompt,
	aspectRatio: mostly(
		fc.constantFrom(...ASPECT_RATIOS.map(({ value }) => value), 'custom', 'custom'),
		...['5:4', '', '16x9', ' 3 : 4', 'Custom', '16:09:00', 0.6729],
	),
	width: side,
	height: side,
	numberOfImages: mostly(fc.integer({ min: 1, max: 9 }), 0, 10, '3', 2.5, '', '3.0 ', 'two', -1),
	options,
});

/** Values reach the node through expressions, as they do from a spreadsheet. */
function fromItem(values: IDataObject, path = '$json'): INodeParameters {
	return Object.fromEntries(
		Object.keys(values).map((name) => [
			name,
			name === 'options'
				? fromItem(values.options as IDataObject, `${path}.options`)
				: name === 'operation' || name === 'inputType'
					? (values[name] as string)
					: `={{ ${path}.${name} }}`,
		]),
	);
}

test('what passes our validation is never refused as 2013, and nothing that would be gets out', async () => {
	const files = {
		face: inMemory(await picture('jpeg')),
		side: inMemory(await picture('png')),
		text: inMemory(Buffer.from('no picture')),
		short: inMemory((await picture('jpeg')).subarray(0, 60)),
	};
	let passed = 0;
	let refused = 0;

	await fc.assert(
		fc.asyncProperty(parameters, async (values) => {
			const before = node.sandbox.requests.length;
			const { error } = await node.run({
				items: [itemWith(files, values as IDataObject)],
				parameters: { ...fromItem(values as IDataObject), downloadImages: false },
			});
			const sent = node.sandbox.requests.slice(before);
			if (error?.name === 'NodeOperationError') {
				refused += 1;
				expect(sent).toEqual([]);
			} else {
				passed += 1;
				expect(sent).toHaveLength(1);
				// Content, invisible characters and models that are not known here are for the API alone to judge.
				const isKnown = MODELS.some(({ value }) => value === sent[0]?.body.model);
				expect([0, 1026, 1042, ...(isKnown ? [] : [2013])]).toContain(sent[0]?.code);
			}
		}),
		{ numRuns: 400, seed: 20260901 },
	);

	expect(passed).toBeGreaterThan(80);
	expect(refused).toBeGreaterThan(80);
});
