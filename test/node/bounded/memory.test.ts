import { gzipSync } from 'node:zlib';

import { breakingOff, charged, chargedAndGzipped, endless } from '../../support/answers';
import { CATASTROPHE_MB, measured } from '../../support/measure';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });

const MB = 1024 * 1024;
const CONTINUE = { onError: 'continueRegularOutput' as const };
const inline = (text: string) =>
	`{"data":{"image_base64":["${text}"]},"base_resp":{"status_code":0}}`;
const rows = (count: number) => Array.from({ length: count }, () => ({ json: {} }));

/** A JPEG by its first bytes, of any size. */
const jpegOf = (bytes: number) => {
	const image = Buffer.alloc(bytes, 0x5a);
	Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0]).copy(image);
	Buffer.from([0xff, 0xd9]).copy(image, bytes - 2);
	return image;
};

test('nine images of 61 KB that unpack to 60 MB are held one at a time', async () => {
	const fault = {
		body: gzipSync(Buffer.alloc(60 * MB)),
		headers: { 'content-encoding': 'gzip' },
	};
	node.sandbox.alwaysImages(fault);

	const { result, peakMb } = await measured(
		async () =>
			await node.run({
				node: CONTINUE,
				parameters: { numberOfImages: 9, options: { maxRetries: 0 } },
			}),
	);

	expect(result.items.map(({ json }) => json.errorDetails)).toEqual(
		Array.from({ length: 9 }, () => expect.objectContaining({ code: 'notAnImage' })),
	);
	expect(peakMb).toBeLessThan(CATASTROPHE_MB);
	expect(node.sandbox.imageRequests).toHaveLength(9);
}, 60_000);

test('images that unpack to more than 64 MB are not read to their ends', async () => {
	const fault = {
		body: gzipSync(jpegOf(200 * MB)),
		headers: { 'content-encoding': 'gzip' },
	};
	node.sandbox.alwaysImages(fault);

	const { result, peakMb } = await measured(
		async () => await node.run({ node: CONTINUE, parameters: { numberOfImages: 3 } }),
	);

	expect(result.items.map(({ json }) => json.errorDetails)).toEqual(
		Array.from({ length: 3 }, () => expect.objectContaining({ code: 'tooLarge' })),
	);
	expect(peakMb).toBeLessThan(CATASTROPHE_MB);
	expect(node.sandbox.imageRequests).toHaveLength(3);
}, 60_000);

test('inline answers that break off give back at once what they held', async () => {
	const text = jpegOf(16 * MB).toString('base64');
	const whole = inline(text);
	node.sandbox.always(({ number }) =>
		charged(number === 4 ? whole : breakingOff(whole.slice(0, -100))),
	);

	const { result, tookMs } = await measured(
		async () =>
			await node.run({
				items: rows(4),
				node: CONTINUE,
				realTime: true,
				parameters: { options: { transfer: 'base64', maxConcurrency: 1, maxRetries: 0 } },
			}),
	);

	expect(result.items.map(({ json }) => json.error ?? json.fileName)).toEqual([
		...Array<string>(3).fill('The connection broke before the answer was complete'),
		'red-fox-in-snow-4.jpg',
	]);
	expect(tookMs).toBeLessThan(15_000);
	expect(node.sandbox.requests).toHaveLength(4);
}, 60_000);

test('thousands of inline images of which each is small take little memory', async () => {
	const texts = Array<string>(6_000).fill('A'.repeat(40 * 1024));
	const fault = chargedAndGzipped(inline(texts.join('","')));
	node.sandbox.always(fault);

	const { result, peakMb } = await measured(
		async () => await node.run({ node: CONTINUE, parameters: { options: { maxRetries: 0 } } }),
	);

	expect(result.items).toHaveLength(9);
	expect(result.hints).toContainEqual(expect.stringContaining('5991 images more came'));
	expect(peakMb).toBeLessThan(CATASTROPHE_MB);
	expect(node.sandbox.requests).toHaveLength(1);
}, 60_000);

test('inline images beyond 64 MB are refused one after the other', async () => {
	const fault = chargedAndGzipped(inline('A'.repeat(240 * MB)));
	node.sandbox.always(fault);

	const { result, peakMb } = await measured(
		async () => await node.run({ items: rows(3), node: CONTINUE }),
	);

	expect(result.items.map(({ json }) => json.error)).toEqual(
		Array(3).fill('What came back is larger than 64 MB'),
	);
	expect(peakMb).toBeLessThan(CATASTROPHE_MB);
	expect(node.sandbox.requests).toHaveLength(3);
	expect(node.sandbox.paidImages).toBe(3);
}, 120_000);

test('an inline image without end is left at 256 MB', async () => {
	node.sandbox.always(charged(endless(inline('').slice(0, 26), 'A'.repeat(256 * 1024))));

	const { result, peakMb } = await measured(async () => await node.run());

	expect(result.error?.context.code).toBe('answerTooLarge');
	expect(peakMb).toBeLessThan(CATASTROPHE_MB);
	expect(node.sandbox.requests).toHaveLength(1);
}, 60_000);
