import { BinaryDataService } from 'n8n-core';
import { Container } from '@n8n/di';

import type { RecordedImageRequest } from '../../sandbox';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });

const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const CONTINUE = { onError: 'continueRegularOutput' as const };
const twoRows = [{ json: {} }, { json: {} }];
const nine = { numberOfImages: 9, options: { maxRetries: 0 } };

afterEach(() => jest.restoreAllMocks());

/** The path of an image of the first answer, by its place. */
const pathOf = (place: number) => node.sandbox.imageRequests[place - 1]?.path;
const of =
	(place: number, status: number) =>
	({ path }: RecordedImageRequest) =>
		path === pathOf(place) ? { status } : undefined;

describe('an image host, or a proxy on the way, that lets nothing pass', () => {
	test.each([403, 404, 410])(
		'with HTTP status %i is no reason to buy anything again, and delivers once it does',
		async (status) => {
			node.sandbox.alwaysImages({ status });
			const options = { node: RETRY, parameters: { options: { maxRetries: 0 } } };

			const failed = await node.run(options);
			const again = await node.run({ ...options, retryOf: failed });
			const third = await node.run({ ...options, retryOf: again });
			expect(node.sandbox.paidImages).toBe(1);
			node.sandbox.alwaysImages(undefined);
			const { items, hints } = await node.run({ ...options, retryOf: third });

			for (const { error } of [failed, again, third]) {
				expect(error?.context.imageUrl).toBe(items[0]?.json.imageUrl);
			}
			expect(items.map(({ json }) => json.width)).toEqual([1024]);
			expect(hints).toEqual([
				'1 of 1 image was paid for in an earlier try and was not bought again.',
			]);
			expect(node.sandbox.requests).toHaveLength(1);
			expect(node.sandbox.imageRequests).toHaveLength(3 * 3 + 1);
		},
	);

	test('from the second image on is no reason either', async () => {
		node.sandbox.alwaysImages(() =>
			node.sandbox.imageRequests.length > 1 ? { status: 403 } : undefined,
		);

		const failed = await node.run({ node: RETRY, parameters: nine });
		await node.run({ node: RETRY, parameters: nine, retryOf: failed });

		expect(node.sandbox.requests).toHaveLength(1);
		expect(node.sandbox.paidImages).toBe(9);
	});

	test('is no reason where links had expired when they came, by a clock that is wrong', async () => {
		node.sandbox.linkLifetimeMs = -60_000;

		const failed = await node.run({ node: RETRY });
		await node.run({ node: RETRY, retryOf: failed });

		expect(failed.error?.context.code).toBe('linkRefused');
		expect(node.sandbox.requests).toHaveLength(1);
		expect(node.sandbox.paidImages).toBe(1);
	});
});

describe('of nine images that are paid for', () => {
	test.each([404, 410])(
		'one whose link is dead (HTTP status %i) is told, and eight are delivered',
		async (status) => {
			node.sandbox.alwaysImages(of(4, status));

			const failed = await node.run({ node: RETRY, parameters: nine });
			const again = await node.run({ node: RETRY, parameters: nine, retryOf: failed });
			const { items, hints } = await node.run({
				node: { ...RETRY, ...CONTINUE },
				parameters: nine,
				retryOf: again,
			});

			const dead = node.sandbox.imageUrl + pathOf(4);
			expect(failed.error?.context.imageUrl).toBe(dead);
			expect(again.error?.context.imageUrl).toBe(dead);
			expect(items.map(({ json }) => json.imageIndex)).toEqual([1, 2, 3, 5, 6, 7, 8, 9, undefined]);
			expect(items.at(-1)?.json).toMatchObject({
				error: expect.stringMatching(/^Image 4 of 9: /),
				errorDetails: { imageUrl: dead },
			});
			expect(hints).toContain(
				'9 of 9 images were paid for in an earlier try and were not bought again.',
			);
			expect(node.sandbox.requests).toHaveLength(1);
			expect(node.sandbox.paidImages).toBe(9);
		},
	);

	test('eight that have expired since are told, while one can still be had', async () => {
		node.sandbox.script(undefined, { code: 1026 });
		const options = { items: twoRows, parameters: nine };
		const failed = await node.run({
			...options,
			parameters: { numberOfImages: 9, options: { maxRetries: 0, maxConcurrency: 1 } },
		});
		const alive = pathOf(9);
		node.sandbox.alwaysImages(({ path }) =>
			node.sandbox.imageRequests.findIndex((one) => one.path === path) < 9 && path !== alive
				? { status: 403 }
				: undefined,
		);

		const { items } = await node.run({ ...options, node: CONTINUE, retryOf: failed });

		expect(failed.error?.context.code).toBe('1026');
		expect(items.filter(({ json }) => json.error === undefined)).toHaveLength(1 + 9);
		expect(items.filter(({ json }) => json.error).map(({ json }) => json.errorDetails)).toEqual(
			Array.from({ length: 8 }, () => expect.objectContaining({ code: 'linkExpired' })),
		);
		expect(node.sandbox.paidImages).toBe(9 + 9);
	});

	test('all are bought anew, once, when all have expired', async () => {
		node.sandbox.script(undefined, { code: 1026 });
		const options = {
			items: twoRows,
			parameters: { numberOfImages: 9, options: { maxConcurrency: 1 } },
		};
		const failed = await node.run(options);
		node.sandbox.expireLinks();

		const { items, error } = await node.run({ ...options, node: RETRY, retryOf: failed });

		expect(error).toBeUndefined();
		expect(items).toHaveLength(18);
		expect(node.sandbox.requests.map(({ paidImages }) => paidImages)).toEqual([9, 0, 9, 9]);
	});
});

describe('a row that was sent', () => {
	const paced = { items: twoRows, parameters: { options: { requestsPerMinute: 2 } } };

	test.each([
		['an empty balance', { code: 1008 }, 'The balance of the MiniMax account is too low'],
		['a key that is not accepted', { code: 2049 }, 'The API key was not accepted'],
	])(
		'and answered 502 ends with that, though %s keeps it from being sent again',
		async (_name, fault, message) => {
			node.sandbox.script({ status: 502, charged: true }, fault);

			const { items, hints } = await node.run({ ...paced, node: CONTINUE });

			expect(items.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
				['The host answered with HTTP status 502', { item: 0 }],
				[message, { item: 1 }],
			]);
			expect(items[0]?.json.errorDetails).toMatchObject({
				code: 'http502',
				description: expect.stringContaining('may have made and charged the images'),
				traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
			});
			expect(hints[0]).toMatch(/^2 of 2 rows failed\. The first one: .*502$/);
			expect(node.sandbox.requests).toHaveLength(2);
		},
	);

	test('and answered 502 stops a run with that, and is sent again on a retry that says so', async () => {
		node.sandbox.script({ status: 502, charged: true }, { code: 1008 });

		const failed = await node.run(paced);
		const { items, hints } = await node.run({ ...paced, retryOf: failed });

		expect(failed.error?.message).toBe('The host answered with HTTP status 502 [item 0]');
		expect(failed.error?.context.code).toBe('http502');
		expect(items.map(({ json }) => json.width)).toEqual([1024, 1024]);
		expect(hints).toEqual([expect.stringContaining('may have been charged twice')]);
		expect(node.sandbox.requests.map(({ paidImages }) => paidImages)).toEqual([1, 0, 1, 1]);
	});

	test('and answered 502 is told as maybe charged twice on a retry, where another row stopped the run', async () => {
		node.sandbox.script({ status: 502, charged: true }, { code: 1026 });

		const failed = await node.run(paced);
		const { items, hints } = await node.run({ ...paced, retryOf: failed });

		expect(failed.error?.message).toMatch(/^MiniMax judged the prompt to be sensitive/);
		expect(items).toHaveLength(2);
		expect(hints).toEqual([expect.stringContaining('1 request had to be sent a second time')]);
	});

	test('of three, the last outcome is told, and rows that were not sent say so', async () => {
		node.sandbox.script({ status: 503 }, { status: 502, charged: true }, { code: 1008 });

		const { items } = await node.run({
			items: [...twoRows, ...twoRows],
			parameters: { options: { requestsPerMinute: 3, maxConcurrency: 3 } },
			node: CONTINUE,
		});

		expect(items.map(({ json }) => json.error).sort()).toEqual([
			'The balance of the MiniMax account is too low',
			'The host answered with HTTP status 502',
			'The host answered with HTTP status 503',
			'The item was not sent, because the balance of the MiniMax account is too low',
		]);
		expect(node.sandbox.requests).toHaveLength(3);
	});
});

describe('a store of n8n that takes nothing', () => {
	const full = () =>
		jest
			.spyOn(Container.get(BinaryDataService), 'store')
			.mockRejectedValue(new Error('ENOSPC: no space left, <b>write</b>'));

	test('is told with the links, and a retry stores what was bought', async () => {
		const store = full();
		const options = { node: RETRY, parameters: { numberOfImages: 3 } };

		const failed = await node.run(options);
		store.mockRestore();
		const { items, error } = await node.run({ ...options, retryOf: failed });

		expect(failed.error?.message).toBe('Image 1 of 3: n8n could not store the image [item 0]');
		expect(failed.error?.context).toMatchObject({
			code: 'notStored',
			detail: 'ENOSPC: no space left, ‹b›write‹/b›',
			imageUrl: node.sandbox.imageUrl + pathOf(1),
			paidLinks: [2, 3].map((place) => node.sandbox.imageUrl + pathOf(place)),
		});
		expect(failed.items).toEqual([]);
		expect(error).toBeUndefined();
		expect(items.map(({ json }) => json.width)).toEqual([1024, 1024, 1024]);
		expect(node.sandbox.paidImages).toBe(3);
	});

	test('for one image of three fails that one alone', async () => {
		const service = Container.get(BinaryDataService);
		const store = service.store.bind(service);
		let calls = 0;
		jest.spyOn(service, 'store').mockImplementation(async (...file) => {
			calls += 1;
			if (calls === 2) throw new Error('ENOSPC');
			return await store(...file);
		});

		const { items } = await node.run({ node: CONTINUE, parameters: { numberOfImages: 3 } });

		expect(items.map(({ json }) => json.width ?? json.errorDetails)).toEqual([
			1024,
			1024,
			expect.objectContaining({ code: 'notStored', imageUrl: expect.stringMatching(/^http/) }),
		]);
		expect(node.sandbox.paidImages).toBe(3);
	});
});

describe('whatever throws once images are paid for', () => {
	/** n8n's own log throws at the first line about images, before any of them is fetched. */
	const throwOnce = async () => {
		const { Logger } = await import('@n8n/backend-common');
		let isThrown = false;
		jest.spyOn(Container.get(Logger), 'debug').mockImplementation((line) => {
			if (isThrown || !line.startsWith('MiniMax made')) return;
			isThrown = true;
			throw new Error('The log is full');
		});
	};

	test('has no try buy them again', async () => {
		await throwOnce();

		const { items, error } = await node.run({
			items: twoRows,
			node: RETRY,
			parameters: { numberOfImages: 2 },
		});

		expect(error).toBeUndefined();
		expect(items).toHaveLength(4);
		expect(node.sandbox.requests).toHaveLength(2);
		expect(node.sandbox.paidImages).toBe(4);
	});

	test('leaves the other rows their images, and all links in the words', async () => {
		await throwOnce();

		const { error } = await node.run({
			items: twoRows,
			parameters: { options: { maxConcurrency: 2 } },
		});

		expect(error?.message).toBe('The log is full [item 0]');
		expect(error?.context.paidLinks).toHaveLength(2);
		expect(node.sandbox.paidImages).toBe(2);
	});
});
