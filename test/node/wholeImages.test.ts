import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import sharp from 'sharp';

import type { Encoding, ImageFault } from '../sandbox';
import { decoded, picture } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const ENCODINGS: Encoding[] = ['gzip', 'br', 'deflate'];
const ACCESS_DENIED =
	'<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code><Message>IP not in whitelist</Message></Error>';

const fileOf = ({ items }: Awaited<ReturnType<typeof node.run>>) =>
	Buffer.from(items[0]?.binary?.data?.data ?? '', 'base64');

/** A JPEG with a small one inside of it, as cameras and editors add it, cut behind the small one. */
async function cutBehindItsThumbnail(): Promise<Buffer> {
	const [jpeg, thumbnail] = [await picture('jpeg', { width: 256, height: 256 }), await picture()];
	const length = Buffer.alloc(2);
	length.writeUInt16BE(thumbnail.length + 8);
	const segment = Buffer.concat([
		Buffer.from([0xff, 0xe1]),
		length,
		Buffer.from('Exif\0\0'),
		thumbnail,
	]);
	const whole = Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
	// The whole one is a good picture, so that the cut alone is what is wrong.
	expect(await sharp(whole).metadata()).toMatchObject({ format: 'jpeg', width: 256 });
	return whole.subarray(0, segment.length + 2 + (jpeg.length >> 1));
}

describe('half an image that nothing but its bytes betrays', () => {
	const HALVES: [string, () => Promise<ImageFault>][] = [
		['JPEG', () => Promise.resolve({ truncate: 'silently' })],
		['PNG', () => Promise.resolve({ format: 'png', half: true })],
		['WebP', () => Promise.resolve({ format: 'webp', half: true })],
		['JPEG with a thumbnail', async () => ({ body: await cutBehindItsThumbnail() })],
		[
			'JPEG, of which the start is there',
			() => Promise.resolve({ body: Buffer.from('ffd8ff', 'hex') }),
		],
	];

	test.each(HALVES)('is fetched again: %s', async (_name, half) => {
		node.sandbox.scriptImages(await half());

		const run = await node.run();

		expect(run.error).toBeUndefined();
		expect(await decoded(run.items[0])).toEqual({ format: 'jpeg', width: 1024, height: 1024 });
		expect(fileOf(run).subarray(-2)).toEqual(Buffer.from([0xff, 0xd9]));
		expect(node.sandbox.imageRequests).toHaveLength(2);
		expect(node.sandbox.requests).toHaveLength(1);
	});

	test.each(HALVES)('is an error with the link if it stays so: %s', async (_name, half) => {
		node.sandbox.alwaysImages(await half());

		const { error, items } = await node.run({ parameters: { options: { maxRetries: 1 } } });

		expect(items).toEqual([]);
		expect(error?.message).toBe('The download of the image was cut short [item 0]');
		const [link] = node.sandbox.imageRequests.map(({ path }) => node.sandbox.imageUrl + path);
		expect(error?.context).toMatchObject({ code: 'cut', imageUrl: link });
		expect(node.sandbox.imageRequests).toHaveLength(2);
		expect(node.sandbox.requests).toHaveLength(1);
	});

	test('is told of inline images too', async () => {
		node.sandbox.always({
			edit: ({ data, ...answer }) => {
				const [image = ''] = data.image_base64 ?? [];
				return { ...answer, data: { image_base64: [image.slice(0, 4 * (image.length >> 3))] } };
			},
		});

		const { error } = await node.run({ parameters: { options: { transfer: 'base64' } } });

		expect(error?.context.code).toBe('cut');
		expect(node.sandbox.requests).toHaveLength(1);
	});
});

test.each(['jpeg', 'png', 'webp'] as const)(
	'bytes after the end of a %s are no reason to refuse it',
	async (format) => {
		const body = Buffer.concat([await picture(format), Buffer.from('\0\0\r\nleft by a proxy')]);
		node.sandbox.alwaysImages({ body });

		const run = await node.run();

		expect(run.error).toBeUndefined();
		expect(fileOf(run)).toEqual(body);
		expect(await decoded(run.items[0])).toEqual({ format, width: 64, height: 80 });
		expect(node.sandbox.imageRequests).toHaveLength(1);
	},
);

test('a JPEG in several scans is whole at the end of the last one', async () => {
	const body = await sharp(await picture('png', { width: 256, height: 256 }))
		.jpeg({ progressive: true })
		.toBuffer();
	node.sandbox.scriptImages({ body: body.subarray(0, body.length - 40) }, { body });

	const run = await node.run();

	expect(fileOf(run)).toEqual(body);
	expect(node.sandbox.imageRequests).toHaveLength(2);
});

describe('what a proxy compresses', () => {
	test.each(ENCODINGS)('an image with %s is delivered as it was', async (encoding) => {
		node.sandbox.alwaysImages({ encoding });

		const run = await node.run();

		expect(run.error).toBeUndefined();
		expect(node.sandbox.imageRequests).toHaveLength(1);
		node.sandbox.alwaysImages(undefined);
		const original = await fetch(String(run.items[0]?.json.imageUrl));
		expect(fileOf(run)).toEqual(Buffer.from(await original.arrayBuffer()));
		expect(node.sandbox.requests).toHaveLength(1);
	});

	test('an image that compression makes longer is not called cut', async () => {
		const side = { width: 128, height: 128 };
		const noise = randomBytes(side.width * side.height * 3);
		const jpeg = await sharp(noise, { raw: { ...side, channels: 3 } })
			.jpeg()
			.toBuffer();
		const body = gzipSync(jpeg, { level: 0 });
		expect(body.length).toBeGreaterThan(jpeg.length);
		node.sandbox.alwaysImages({ body, headers: { 'content-encoding': 'gzip' } });

		const run = await node.run();

		expect(run.error).toBeUndefined();
		expect(fileOf(run)).toEqual(jpeg);
		expect(node.sandbox.imageRequests).toHaveLength(1);
	});

	test.each(ENCODINGS)('an answer with %s is read, and paid for once', async (encoding) => {
		node.sandbox.always({ encoding });

		const { items, error } = await node.run({ parameters: { numberOfImages: 2 } });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.width)).toEqual([1024, 1024]);
		expect(node.sandbox.requests).toHaveLength(1);
		expect(node.sandbox.paidImages).toBe(2);
	});
});

test.each([
	['gif', 'image/gif', 'gif'],
	['avif', 'image/avif', 'avif'],
	['png', 'image/png', 'png'],
	['webp', 'image/webp', 'webp'],
] as const)(
	'%s that was paid for is delivered as what it is',
	async (format, mimeType, extension) => {
		node.sandbox.alwaysImages({ format });

		const run = await node.run({ parameters: { options: { fileName: 'fox.jpg' } } });

		expect(run.error).toBeUndefined();
		expect(run.items[0]?.binary?.data).toMatchObject({
			mimeType,
			fileExtension: extension,
			fileName: `fox.${extension}`,
		});
		expect(await sharp(fileOf(run)).metadata()).toMatchObject({ width: 1024, height: 1024 });
		expect(node.sandbox.imageRequests).toHaveLength(1);
	},
);

test('HEIC that was paid for is delivered as what it is', async () => {
	const avif = await sharp(await picture())
		.toFormat('avif')
		.toBuffer();
	// The two are one container, and its brand tells them apart.
	const body = Buffer.from(avif.toString('latin1').replaceAll('avif', 'heic'), 'latin1');
	node.sandbox.alwaysImages({ body });

	const run = await node.run({ parameters: { options: { fileName: 'fox' } } });

	expect(run.error).toBeUndefined();
	expect(run.items[0]?.binary?.data).toMatchObject({
		mimeType: 'image/heic',
		fileName: 'fox.heic',
	});
	expect(fileOf(run)).toEqual(body);
});

describe('HTTP status 403 on a fresh link', () => {
	test.each([
		['the storage host', ACCESS_DENIED, 'AccessDenied'],
		['a proxy', '<html><body><h1>Blocked</h1> by policy 17</body></html>', 'by policy 17'],
	])('of %s in the own network is told, and its words are not', async (_who, body, words) => {
		node.sandbox.alwaysImages({ status: 403, body });

		const { error } = await node.run();

		expect(error?.message).toBe('The image host, or a proxy on the way, refused the link [item 0]');
		expect(error?.description).not.toContain(words);
		expect(error?.description).toContain('HTTP status 403');
		expect(error?.description).toContain('firewall');
		expect(error?.description).toContain('option "Transfer" to Inline');
		expect(`${error?.message} ${error?.description}`).not.toMatch(/no longer valid|expired/i);
		expect(error?.context.code).toBe('linkRefused');
		expect(node.sandbox.requests).toHaveLength(1);
	});
});

describe('links that come as http', () => {
	test('are fetched as given from a host of the own network that speaks nothing else', async () => {
		// Every address of this machine, but not the one that is known to be it.
		node.sandbox.linkHost = 'http://0.0.0.0:port';

		const { items, error } = await node.run({ parameters: { numberOfImages: 3 } });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => new URL(String(json.imageUrl)).origin)).toEqual(
			Array(3).fill(node.sandbox.imageUrl.replace('127.0.0.1', '0.0.0.0')),
		);
		expect(items.map(({ json }) => json.width)).toEqual([1024, 1024, 1024]);
		expect(node.sandbox.imageRequests).toHaveLength(3);
		expect(node.sandbox.paidImages).toBe(3);
	});

	test('are fetched as given from this machine', async () => {
		node.sandbox.linkHost = 'http://localhost:port';

		const { items } = await node.run();

		expect(items[0]?.json.imageUrl).toMatch(/^http:\/\/localhost:/);
		expect(items[0]?.json.width).toBe(1024);
		expect(node.sandbox.imageRequests).toHaveLength(1);
	});
});
