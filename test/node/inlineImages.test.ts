import { randomBytes } from 'node:crypto';

import sharp from 'sharp';

import { decoded } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const SIZE = { width: 320, height: 240 };

/** Noise, which no format makes small: 300 KB as PNG. */
const noise = async () =>
	await sharp(randomBytes(SIZE.width * SIZE.height * 3), { raw: { ...SIZE, channels: 3 } })
		.png()
		.toBuffer();

const inline = { numberOfImages: 2, options: { transfer: 'base64' } };

const answerOf = (...texts: string[]) =>
	`{"id":"trace-1","data":{"image_base64":[${texts.map((text) => `"${text}"`).join(',')}]},"base_resp":{"status_code":0}}`;

test.each<[string, (base64: string) => string]>([
	['as they are', (base64) => base64],
	['with escaped slashes', (base64) => base64.replaceAll('/', '\\/')],
	['with escaped plus signs', (base64) => base64.replaceAll('+', '\\u002B')],
	['in lines', (base64) => base64.replace(/.{76}/g, '$&\\r\\n')],
	['as data URLs', (base64) => `data:image\\/png;base64,${base64}`],
	['without padding', (base64) => base64.replace(/=+$/, '')],
])('large inline images %s are delivered byte for byte', async (_name, write) => {
	const images = [await noise(), await noise()];
	node.sandbox.script({
		answer: answerOf(...images.map((image) => write(image.toString('base64')))),
	});

	const { items, error } = await node.run({ parameters: inline });

	expect(error).toBeUndefined();
	expect(items.map(({ binary }) => binary?.data?.data)).toEqual(
		images.map((image) => image.toString('base64')),
	);
	expect(items.map(({ json }) => [json.imageIndex, json.width, json.requestId])).toEqual([
		[1, SIZE.width, 'trace-1'],
		[2, SIZE.width, 'trace-1'],
	]);
	expect(node.sandbox.requests).toHaveLength(1);
});

test('a large inline image that is damaged in its middle leaves the others whole', async () => {
	const base64 = (await noise()).toString('base64');
	const half = base64.length / 2;
	node.sandbox.script({
		answer: answerOf(`${base64.slice(0, half)}%${base64.slice(half)}`, base64),
	});

	const { items } = await node.run({
		node: { onError: 'continueRegularOutput' },
		parameters: inline,
	});

	expect(await decoded(items[0])).toEqual({ ...SIZE, format: 'png' });
	expect(items.map(({ json }) => json.imageIndex ?? json.error)).toEqual([
		2,
		'Image 1 of 2: MiniMax sent an inline image that cannot be decoded',
	]);
});

test('an answer that breaks off inside of an image is quoted without it', async () => {
	const base64 = (await noise()).toString('base64');
	node.sandbox.always({ answer: answerOf(base64).slice(0, 100_000) });

	const { error } = await node.run({ parameters: { ...inline, options: { maxRetries: 0 } } });

	expect(error?.context).toMatchObject({ code: 'unusable' });
	expect(error?.description).toContain('[base64 text 0]');
	expect(error?.description).not.toContain(base64.slice(0, 40));
});

test('inline answers that a proxy compresses are delivered', async () => {
	node.sandbox.always({ encoding: 'gzip' });

	const { items, error } = await node.run({ parameters: { ...inline, numberOfImages: 9 } });

	expect(error).toBeUndefined();
	expect(await Promise.all(items.map(async (item) => await decoded(item)))).toEqual(
		Array.from({ length: 9 }, () => ({ width: 1024, height: 1024, format: 'jpeg' })),
	);
});
