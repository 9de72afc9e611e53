import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { withLinks } from '../../support/answers';
import { picture } from '../../support/images';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });

const CONTINUE = { onError: 'continueRegularOutput' as const };
const noRetries = { options: { maxRetries: 0 } };

describe('more images than a request can ask for', () => {
	const MORE =
		'1991 images more came than one request can ask for, and were left out: of an answer, 9 are delivered at most.';

	const manyLinks = (count: number) => {
		node.sandbox.always({
			edit: ({ data, ...rest }) => ({
				...rest,
				metadata: { success_count: count, failed_count: 0 },
				data: { image_urls: Array<string>(count).fill(data.image_urls?.[0] ?? '') },
			}),
		});
	};

	test('of 2,000 links nine are fetched, and a hint tells of the others', async () => {
		manyLinks(2_000);

		const { items, hints, stored } = await node.run();

		expect(node.sandbox.imageRequests).toHaveLength(9);
		expect(items.map(({ json }) => json.imageIndex)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
		expect(new Set(items.map(({ json }) => json.fileName)).size).toBe(9);
		expect(items[0]?.json).toMatchObject({ successCount: 2_000, failedCount: 0 });
		expect(hints).toEqual([MORE]);
		expect(stored.length).toBeLessThan(1_000_000);
		expect(node.sandbox.requests).toHaveLength(1);
	});

	test('of 2,000 links nine are handed out where nothing is fetched', async () => {
		manyLinks(2_000);

		const { items, hints } = await node.run({ parameters: { downloadImages: false } });

		expect(items).toHaveLength(9);
		expect(hints).toEqual([MORE]);
		expect(node.sandbox.imageRequests).toHaveLength(0);
	});

	test('of 2,000 inline images nine are delivered', async () => {
		const base64 = (await picture()).toString('base64');
		node.sandbox.always({
			answer: { data: { image_base64: Array(2_000).fill(base64) }, base_resp: { status_code: 0 } },
		});

		const { items, hints } = await node.run({ parameters: { options: { transfer: 'base64' } } });

		expect(items.map(({ json }) => json.width)).toEqual(Array(9).fill(64));
		expect(hints).toEqual([MORE]);
	});

	test('a run that stops at one of them names nine links at most', async () => {
		manyLinks(2_000);
		node.sandbox.alwaysImages({ status: 410 });

		const { error, stored } = await node.run();

		expect(error?.context.code).toBe('linkExpired');
		expect(stored.length).toBeLessThan(20_000);
		expect(node.sandbox.imageRequests).toHaveLength(9);
	});
});

describe('a list of images wins over a single link beside it', () => {
	const JOB = 'http://127.0.0.1:9/jobs/1';

	test.each<[string, (links: string[]) => object]>([
		['at the top', (images) => ({ url: JOB, images })],
		['in data', (images) => ({ data: { url: JOB, images } })],
		['in the first entry of data', (images) => ({ data: [{ url: JOB, images }] })],
		['in data, by the name of the API', (image_urls) => ({ data: { image_url: JOB, image_urls } })],
		['as output', (output) => ({ url: JOB, output })],
		['in output', (images) => ({ output: { url: JOB, images } })],
		[
			'in result, as objects',
			(urls) => ({ result: { url: JOB, images: urls.map((url) => ({ url })) } }),
		],
		['further down', (results) => ({ data: { url: JOB, output: { results } } })],
		[
			'beside two more links',
			(outputs) => ({ data: { link: JOB, file_url: JOB, src: JOB, outputs } }),
		],
	])('%s', async (_name, shape) => {
		let links: string[] = [];
		node.sandbox.always({
			edit: ({ data }) => shape((links = data.image_urls ?? [])),
		});

		const { items, error } = await node.run({ parameters: { ...noRetries, numberOfImages: 2 } });

		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.imageUrl)).toEqual(links);
		expect(items.map(({ json }) => json.width)).toEqual([1024, 1024]);
		expect(node.sandbox.requests).toHaveLength(1);
	});
});

describe('what no image can be fetched from', () => {
	const LINKS = [
		'javascript:alert(1)',
		'JaVaScRiPt:alert(1)',
		' javascript:alert(1)',
		'\u0001javascript:alert(1)',
		'java\nscript:alert(1)',
		'vbscript:x',
		'data:text/html,<script>alert(1)</script>',
		'data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==',
		'file:///etc/passwd',
		'ftp://example.com/a.png',
		'blob:https://example.com/1',
		'about:blank',
		'//',
		'http://[',
		'https://',
		`https://example.com/${'a'.repeat(9_000)}`,
		`/${'a/'.repeat(4_500)}`,
		// Nine characters each, as they are sent.
		`https://example.com/${'ä'.repeat(4_000)}`,
	];

	test.each([true, false])(
		'is a bad link, and no link of an item (Download Images: %s)',
		async (downloadImages) => {
			node.sandbox.always(({ body }) => ({ answer: withLinks(LINKS[Number(body.seed)]) }));

			const { items, stored } = await node.run({
				items: LINKS.map((_link, seed) => ({ json: { seed } })),
				node: CONTINUE,
				parameters: { downloadImages, options: { seed: '={{ $json.seed }}', maxRetries: 0 } },
			});

			for (const [index, { json }] of items.entries()) {
				expect([LINKS[index], json]).toEqual([
					LINKS[index],
					{
						error: 'The image link is not one that can be fetched',
						errorDetails: {
							code: 'badLink',
							description: expect.stringContaining('Only http and https links are fetched'),
							traceId: 'trace-1',
						},
						prompt: 'a red fox in snow',
					},
				]);
			}
			expect(items).toHaveLength(LINKS.length);
			expect(stored).not.toMatch(/"(imageUrl|paidLinks)"/);
			expect(stored).not.toMatch(/<script|a{300}/);
			expect(node.sandbox.imageRequests).toHaveLength(0);
		},
	);

	test('leaves the images beside it alone, and is not bought again', async () => {
		node.sandbox.always({
			edit: ({ data, ...rest }) => ({
				...rest,
				data: { image_urls: ['javascript:alert(1)', ...(data.image_urls ?? [])] },
			}),
		});
		const retry = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

		const failed = await node.run({ node: retry });
		const { items } = await node.run({ node: { ...retry, ...CONTINUE }, retryOf: failed });

		expect(failed.error?.message).toBe(
			'Image 1 of 2: The image link is not one that can be fetched [item 0]',
		);
		expect(items.map(({ json }) => json.width ?? json.error)).toEqual([
			1024,
			'Image 1 of 2: The image link is not one that can be fetched',
		]);
		expect(node.sandbox.paidImages).toBe(1);
	});
});

describe('a link without a host', () => {
	const HEX = '0123456789abcdef'.repeat(4);
	let server: Server;
	let origin = '';

	beforeEach(async () => {
		const bytes = await picture('png');
		server = createServer((request, response) => {
			request.resume();
			if (request.method === 'GET') return void response.end(bytes);
			const field = String(
				request.headers['x-field'] ?? new URL(request.url ?? '', origin).pathname.split('/')[1],
			);
			response.end(
				JSON.stringify({
					data: {
						[field]: [`/files/${HEX}.png`, `/${HEX}`, `//${new URL(origin).host}/${HEX}.png`],
					},
				}),
			);
		});
		await once(server.listen(0, '127.0.0.1'), 'listening');
		origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	});

	afterEach(() => {
		server.closeAllConnections();
		server.close();
	});

	test.each(['image_urls', 'images', 'data', 'urls', 'output'])(
		'and with a name that could be base64 is a link, in %s',
		async (field) => {
			const { items, error } = await node.run({
				credentials: { apiKey: 'a-gateway-key-1', region: 'custom', baseUrl: `${origin}/${field}` },
				parameters: noRetries,
			});

			expect(error).toBeUndefined();
			expect(items.map(({ json }) => [json.imageUrl, json.width])).toEqual([
				[`${origin}/files/${HEX}.png`, 64],
				[`${origin}/${HEX}`, 64],
				[`${origin}/${HEX}.png`, 64],
			]);
		},
	);
});
