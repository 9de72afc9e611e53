import fc from 'fast-check';
import sharp from 'sharp';

import {
	describeSandboxClient,
	digests,
	PLAIN_REQUEST,
	reference,
	subject,
} from '../../support/sandboxClient';

const client = describeSandboxClient();

describe('pictures', () => {
	test.each([
		[{}, 1024, 1024],
		[{ aspect_ratio: '16:9' }, 1280, 720],
		[{ aspect_ratio: '4:3' }, 1152, 864],
		[{ aspect_ratio: '3:2' }, 1248, 832],
		[{ aspect_ratio: '2:3' }, 832, 1248],
		[{ aspect_ratio: '3:4' }, 864, 1152],
		[{ aspect_ratio: '9:16' }, 720, 1280],
		[{ aspect_ratio: '21:9' }, 1344, 576],
		[{ width: 520, height: 1000 }, 520, 1000],
	])('of %j are JPEGs of exactly that size', async (fields, width, height) => {
		const [jpeg] = await client.jpegsOf(fields);
		expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width, height });
	});

	test('are the same for the same seed, each image of a request for itself', async () => {
		const first = digests(await client.jpegsOf({ seed: 7, n: 2 }));
		expect(digests(await client.jpegsOf({ seed: 7, n: 2 }))).toEqual(first);
		const others = [{ seed: 8 }, { seed: 7, prompt: 'A hen' }, { seed: 7, model: 'image-01-live' }];
		for (const fields of others) first.push(...digests(await client.jpegsOf(fields)));
		expect(new Set(first).size).toBe(5);
	});

	test('are the same by link and in base64', async () => {
		const { bytes } = await client.get(await client.linkOf({ seed: 3 }));
		expect(digests([bytes])).toEqual(digests(await client.jpegsOf({ seed: 3 })));
	});

	test('all differ without a seed', async () => {
		const jpegs = [...(await client.jpegsOf({ n: 3 })), ...(await client.jpegsOf({}))];
		expect(new Set(digests(jpegs)).size).toBe(4);
	});

	test('show their reference, their style and their watermark', async () => {
		const plain = { seed: 1, model: 'image-01-live' };
		const variants = [
			plain,
			{ ...plain, aigc_watermark: true },
			{ ...plain, style: { style_type: '漫画' } },
			{ ...plain, ...subject(await reference('png')) },
			{ ...plain, ...subject('https://example.com/face.jpg') },
		];
		const jpegs = await Promise.all(variants.map((fields) => client.jpegsOf(fields)));
		expect(new Set(digests(jpegs.flat())).size).toBe(variants.length);
		const inset = { left: 860, top: 130, width: 1, height: 1 };
		const pixel = await sharp(jpegs[3]?.[0]).extract(inset).raw().toBuffer();
		const off = [0x33, 0x66, 0xcc].map((value, channel) => Math.abs(value - (pixel[channel] ?? 0)));
		expect(Math.max(...off)).toBeLessThan(12);
	});

	test('survive any prompt', async () => {
		const anyPrompt = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
		const property = fc.asyncProperty(anyPrompt, async (prompt) => {
			const { json } = await client.post({
				...PLAIN_REQUEST,
				prompt: `<&"x'> ${prompt} 漫画 ${'visible '.repeat(80)}`,
				response_format: 'base64',
				width: 512,
				height: 512,
			});
			expect(json.base_resp?.status_code).toBe(0);
			const jpeg = Buffer.from(json.data?.image_base64?.[0] ?? '', 'base64');
			expect((await sharp(jpeg).metadata()).width).toBe(512);
		});
		await fc.assert(property, { numRuns: 25 });
	});

	test('can be padded to the byte, and stay valid', async () => {
		const [{ length } = Buffer.alloc(0)] = await client.jpegsOf({ seed: 5 });
		for (const imageBytes of [
			length,
			length + 1,
			length + 3,
			length + 4,
			length + 65_538,
			300_000,
		]) {
			client.sandbox.imageBytes = imageBytes;
			const [jpeg] = await client.jpegsOf({ seed: 5 });
			expect(jpeg).toHaveLength(imageBytes);
			expect((await sharp(jpeg, { failOn: 'warning' }).stats()).channels).toHaveLength(3);
		}
		client.sandbox.imageBytes = 100;
		const tooSmall = await client.post({ ...PLAIN_REQUEST, response_format: 'base64' });
		expect(tooSmall.status).toBe(500);
		expect(tooSmall.text).toContain('imageBytes is 100');
	});

	test('in plain mode differ in a comment only', async () => {
		client.sandbox.plain = true;
		const [one, two] = await client.jpegsOf({ n: 2, width: 512, height: 512 });
		expect(one?.equals(two ?? one)).toBe(false);
		const [left, right] = [await sharp(one).raw().toBuffer(), await sharp(two).raw().toBuffer()];
		expect(left.equals(right)).toBe(true);
		expect(digests(await client.jpegsOf({ seed: 1 }))).toEqual(
			digests(await client.jpegsOf({ seed: 1 })),
		);
	});
});
