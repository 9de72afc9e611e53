import type { GenerationAnswer } from '../sandbox';
import { decoded, picture } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const success = { base_resp: { status_code: 0, status_msg: 'success' }, id: 'trace-0815' };

const noRetries = { options: { maxRetries: 0 } };

test('partial success delivers what was made, counts what was blocked, and tells', async () => {
	const { items, hints, error } = await node.run({
		parameters: { prompt: 'a beach BLOCK_2', numberOfImages: 5 },
	});

	expect(error).toBeUndefined();
	expect(items).toHaveLength(3);
	expect(items[0]?.json).toMatchObject({ successCount: 3, failedCount: 2 });
	expect(hints).toEqual([
		'2 images were asked for but not made (item 0). MiniMax blocked 2 for content safety. Rewording the prompt may help.',
	]);
});

test('counts are numbers, whether they come as strings or as numbers', async () => {
	const { items } = await node.run({
		items: [{ json: {} }, { json: {} }],
		parameters: { options: { maxConcurrency: 1 } },
	});

	expect(items.map(({ json }) => [json.successCount, json.failedCount])).toEqual([
		[1, 0],
		[1, 0],
	]);
});

test('all images blocked is an error that says so, and is not tried again', async () => {
	const { error } = await node.run({
		parameters: { prompt: 'a beach BLOCK_3', numberOfImages: 3 },
	});

	expect(error?.name).toBe('NodeApiError');
	expect(error?.message).toBe(
		'MiniMax blocked every image of this request for content safety [item 0]',
	);
	expect(error?.description).toContain('Reword the prompt');
	expect(error?.description).toContain('3 of 3 images were blocked');
	expect(error?.context).toMatchObject({
		code: 'blocked',
		traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
	});
	expect(node.sandbox.requests).toHaveLength(1);
});

test('fewer images than asked are delivered all the same, and the shortfall is told', async () => {
	node.sandbox.script({
		edit: (answer: GenerationAnswer) => {
			answer.data.image_urls = answer.data.image_urls?.slice(0, 2) ?? [];
			answer.metadata = { success_count: 2, failed_count: 0 };
		},
	});

	const { items, hints } = await node.run({ parameters: { numberOfImages: 3 } });

	expect(items).toHaveLength(2);
	expect(hints).toEqual(['1 image was asked for but not made (item 0).']);
});

test('more images than asked are delivered too: they are paid for', async () => {
	node.sandbox.script({
		edit: (answer: GenerationAnswer) => {
			answer.data.image_urls = [
				...(answer.data.image_urls ?? []),
				...(answer.data.image_urls ?? []),
			];
		},
	});

	const { items, hints } = await node.run({ parameters: { options: { fileName: 'fox' } } });

	expect(items).toHaveLength(2);
	expect(items.map(({ binary }) => binary?.data?.fileName)).toEqual(['fox.jpg', 'fox-2.jpg']);
	expect(hints).toEqual([]);
});

test('images without metadata and base_resp, as a gateway may pass them on, are delivered', async () => {
	node.sandbox.script({ edit: ({ data, id }: GenerationAnswer) => ({ data, id }) });

	const { items } = await node.run();

	expect(items[0]?.json).toMatchObject({ successCount: 1, failedCount: 0 });
	expect(await decoded(items[0])).toMatchObject({ width: 1024 });
});

test('a status code that is no number cannot be taken for one of ours', async () => {
	node.sandbox.always({ answer: { base_resp: { status_code: 'constructor' }, id: 'trace-4' } });

	const { error } = await node.run({ parameters: noRetries });

	expect(error?.context).toMatchObject({ code: 'unusable', traceId: 'trace-4' });
});

test('images are delivered even with an HTTP status that says otherwise, and after a byte order mark', async () => {
	const data = { image_base64: [(await picture()).toString('base64')] };
	node.sandbox.script(
		{ status: 500, body: { ...success, data } },
		{ answer: `\ufeff${JSON.stringify({ ...success, data })}` },
	);

	const { items } = await node.run({ items: [{ json: {} }, { json: {} }] });

	expect(items.map(({ json }) => json.width)).toEqual([64, 64]);
	expect(node.sandbox.requests).toHaveLength(2);
});

test.each<[string, unknown, string, string]>([
	['an empty answer', '', 'The answer could not be used', 'it is empty'],
	[
		'a web page',
		'<html><head><title>t</title></head><body><h1>Sign in</h1> to the hotel</body></html>',
		'The answer could not be used',
		'Sign in to the hotel',
	],
	['a list', [1, 2], 'The answer could not be used', 'it is not what the API answers'],
	['null', null, 'The answer could not be used', 'it is not what the API answers'],
	['no data', success, 'The answer could not be used', 'holds no images'],
	['null data', { ...success, data: null }, 'The answer could not be used', 'holds no images'],
	['a list as data', { ...success, data: [] }, 'The answer could not be used', 'holds no images'],
	[
		'null instead of links',
		{ ...success, data: { image_urls: null } },
		'The answer could not be used',
		'holds no images',
	],
	[
		'no links',
		{ ...success, data: { image_urls: [] } },
		'The answer could not be used',
		'holds no images',
	],
	[
		'links that are no text',
		{ ...success, data: { image_urls: [7, null, ''] } },
		'The answer could not be used',
		'holds no images',
	],
	[
		'invalid base64',
		{ ...success, data: { image_base64: ['%%%'] } },
		'MiniMax sent an inline image that cannot be decoded',
		'It is empty',
	],
	[
		'base64 of something else',
		{ ...success, data: { image_base64: [Buffer.from('Hello, world').toString('base64')] } },
		'MiniMax sent an inline image that cannot be decoded',
		'It is text',
	],
	[
		'a link that is none',
		{ ...success, data: { image_urls: ['not a link'] } },
		'The image link is not one that can be fetched',
		'neither http nor https',
	],
	[
		'a link to a file',
		{ ...success, data: { image_urls: ['file:///etc/passwd'] } },
		'The image link is not one that can be fetched',
		'neither http nor https',
	],
])('%s is a clear error with the trace id', async (_name, answer, message, detail) => {
	node.sandbox.always({ answer });

	const { error, items } = await node.run({ parameters: noRetries });

	expect(items).toEqual([]);
	expect(error?.name).toBe('NodeApiError');
	expect(error?.message).toBe(`${message} [item 0]`);
	expect(error?.description).toContain(detail);
	if (typeof answer === 'object' && answer !== null && 'id' in answer) {
		expect(error?.description).toContain('trace-0815');
		expect(error?.context.traceId).toBe('trace-0815');
	}
});

test('one inline image of several that is damaged leaves the others whole', async () => {
	const bytes = (await picture('png')).toString('base64');
	node.sandbox.script({
		answer: {
			...success,
			data: { image_base64: [bytes, '%%%', `data:image/png;base64,${bytes}`] },
		},
	});

	const { items } = await node.run({
		node: { onError: 'continueRegularOutput' },
		parameters: { numberOfImages: 3, options: { transfer: 'base64', fileName: 'x' } },
	});

	expect(items.map(({ json }) => json.imageIndex ?? json.error)).toEqual([
		1,
		3,
		'Image 2 of 3: MiniMax sent an inline image that cannot be decoded',
	]);
	expect(items[0]?.binary?.data).toMatchObject({ mimeType: 'image/png', fileName: 'x-1.png' });
	expect(items[1]?.binary?.data).toMatchObject({ fileName: 'x-3.png' });
	expect(items[0]?.json).toMatchObject({ width: 64, height: 80 });
});
