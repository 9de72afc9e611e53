import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

test.each([
	['the field alone', { style: '元气' }, { style_type: '元气', style_weight: 0.8 }],
	[
		'the field with a weight',
		{ style: '元气', options: { styleWeight: 0.3 } },
		{ style_type: '元气', style_weight: 0.3 },
	],
	[
		'the option of a workflow saved earlier',
		{ options: { style: '水彩', styleWeight: 0.3 } },
		{ style_type: '水彩', style_weight: 0.3 },
	],
	[
		'the field before the option',
		{ style: '元气', options: { style: '水彩' } },
		{ style_type: '元气', style_weight: 0.8 },
	],
	['no style', { style: '' }, undefined],
])('the style sent is that of %s', async (_, parameters, expected) => {
	const { error } = await node.run({ parameters: { model: 'image-01-live', ...parameters } });

	expect(error).toBeUndefined();
	expect(node.sandbox.requests.map(({ body }) => body.style)).toEqual([expected]);
});

test('a style left behind by a change of the model is not sent', async () => {
	const { error } = await node.run({ parameters: { model: 'image-01', style: '元气' } });

	expect(error).toBeUndefined();
	expect(node.sandbox.requests.map(({ body }) => body.style)).toEqual([undefined]);
});

test('a style for a model that an expression chose, and that has none, is refused unsent', async () => {
	const { error } = await node.run({
		parameters: { model: '={{ "image-01" }}', style: '元气' },
	});

	expect(error?.message).toContain('"Style" "元气" is not available for the model Image-01');
	expect(node.sandbox.requests).toHaveLength(0);
});
