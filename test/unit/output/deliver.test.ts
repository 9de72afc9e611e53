import type { IBinaryData, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import type { GeneratedImage } from '../../../nodes/MiniMaxImage/api/answer';
import type { PaidAnswer } from '../../../nodes/MiniMaxImage/api/submit';
import { readWords, redactor } from '../../../nodes/MiniMaxImage/api/words';
import { Base64Text } from '../../../nodes/MiniMaxImage/http/base64Text';
import { Deliverer } from '../../../nodes/MiniMaxImage/output/deliver';
import type { ItemResult } from '../../../nodes/MiniMaxImage/output/deliver';
import { FakeClock } from '../../support/fakeClock';
import { answerOf, handmade, planOf, purchaseOf, storeOf } from '../../support/handmade';
import type { Given, GivenParameters } from '../../support/handmade';
import { picture } from '../../support/images';

const KEY = 'sk-api-Q7mZ1vK4xT9rB2nW8cY';

const linkOf = (index: number, query = '') => `https://images.example.com/${index}.jpeg${query}`;

const links = (count: number, query = '') =>
	Array.from({ length: count }, (_, index) => linkOf(index + 1, query));

/** What a link answers. */
type Host = (url: string) => IN8nHttpFullResponse;

let jpeg: Buffer;
beforeAll(async () => {
	jpeg = await picture();
});

const OK: Host = () => answerOf(200, jpeg, { 'content-length': String(jpeg.length) });

/** A host that answers some links otherwise. */
const except =
	(paths: readonly number[], status: number, body = ''): Host =>
	(url) =>
		paths.some((path) => url.includes(`/${path}.jpeg`)) ? answerOf(status, body) : OK(url);

const stores = async (_bytes: unknown, fileName?: string, mimeType = ''): Promise<IBinaryData> =>
	await Promise.resolve({ mimeType, fileName, data: '', id: `filesystem-v2:${fileName}` });

interface Setup {
	host?: Host;
	n8n?: Given;
	store?: ReturnType<typeof storeOf>;
	parameters?: GivenParameters;
	api?: string;
}

/** Delivers answers to one item; what is known of them stays in `store`. */
function setup({ host = OK, n8n, store = storeOf(), parameters, api }: Setup = {}) {
	const clock = new FakeClock();
	const asked: string[] = [];
	const logged: unknown[] = [];
	const context = handmade({
		logger: { debug: (_message, facts) => void logged.push(facts) },
		...n8n,
		helpers: {
			httpRequest: async ({ url }: IHttpRequestOptions) => {
				asked.push(url);
				return await Promise.resolve(host(url));
			},
			prepareBinaryData: stores,
			...n8n?.helpers,
		},
	});
	const plan = planOf(0, {
		...parameters,
		request: { count: 9, ...parameters?.request },
	});
	const redact = redactor(KEY);
	const deliverer = new Deliverer(context, [plan], {
		stopped: new AbortController().signal,
		api: new URL(api ?? 'https://api.minimax.io'),
		readWords: (words) => readWords(words, redact),
		clock,
	});
	const deliver = async (answer: PaidAnswer): Promise<ItemResult | 'gone'> => {
		let result: ItemResult | 'gone' | undefined;
		const delivering = deliverer.deliver(plan, answer).then((one) => (result = one));
		// All tries of a download are over by then.
		for (let seconds = 0; seconds < 60 && !result; seconds++) await clock.advance(1_000);
		return await delivering;
	};
	/** An answer that this try pays for. */
	const buy = (images: readonly (string | GeneratedImage)[]): PaidAnswer => {
		const purchase = purchaseOf(store);
		const all = images.map((image) => (typeof image === 'string' ? { url: image } : image));
		const answer = { requestId: 'req-1', images: all, successCount: all.length, failedCount: 0 };
		purchase.sent(Date.now());
		purchase.answered(answer, Date.now());
		return { ...answer, purchase, answeredAt: Date.now(), recalled: false, maybeTwice: false };
	};
	/** The same as a later try finds it. */
	const recall = (): PaidAnswer => {
		const purchase = purchaseOf(store);
		const known = purchase.recall(Date.now());
		if (!known) throw new Error('Nothing is known');
		return { ...known, purchase, recalled: true, maybeTwice: false };
	};
	return { deliver, buy, recall, asked, logged, store };
}

/** A result that is one. */
function resultOf(result: ItemResult | 'gone'): ItemResult {
	if (result === 'gone') throw new Error('The images are gone');
	return result;
}

/** Code and link of each image that is missing. */
const errorsOf = (result: ItemResult | 'gone') =>
	resultOf(result).errors.map(({ facts: { code, imageUrl } }) => [code, imageUrl]);

/** The links of the images that arrived. */
const arrived = (result: ItemResult | 'gone') =>
	resultOf(result).items.map(({ json }) => json.imageUrl);

/** Delivers images in one try, and then in another one where the host has changed. */
async function again(host: Host, { count = 9, query = '', first = OK, agoMs = 0 } = {}) {
	const before = setup({ host: first });
	await before.deliver(before.buy(links(count, query)));
	const { store } = before;
	const { answer } = store.entries.key ?? {};
	if (answer) answer.answeredAt -= agoMs;
	const after = setup({ host, store });
	return { ...after, result: await after.deliver(after.recall()) };
}

test('images are fetched once each, in their order, and what is paid for is in the log before', async () => {
	const { deliver, buy, asked, logged, store } = setup();
	const result = await deliver(buy(links(3)));

	expect(arrived(result)).toEqual(links(3));
	expect(resultOf(result)).toMatchObject({ errors: [], missing: 6, blocked: 0 });
	expect(asked).toEqual(links(3));
	expect(logged).toEqual([{ itemIndex: 0, requestId: 'req-1', links: links(3) }]);
	expect(store.entries.key?.answer?.fetched).toEqual([0, 1, 2]);
});

test('images of an earlier try are fetched again without being told as made', async () => {
	const { result, logged, asked } = await again(OK, { count: 2 });

	expect(arrived(result)).toEqual(links(2));
	expect(asked).toEqual(links(2));
	expect(logged).toEqual([]);
});

describe('a link that worked once', () => {
	test.each([403, 404, 410])(
		'and is dead now (%i) among nine is told, the eight others arrive, and nothing is forgotten',
		async (status) => {
			const { result, store } = await again(except([4], status));

			expect(arrived(result)).toEqual(links(9).filter((link) => link !== linkOf(4)));
			expect(errorsOf(result)).toEqual([['linkExpired', linkOf(4)]]);
			expect(resultOf(result).errors[0]?.message).toBe(
				'Image 4 of 9: The image link is no longer valid',
			);
			expect(store.entries.key?.answer?.links).toEqual(links(9));
		},
	);

	test.each([403, 404, 410])(
		'is gone where all of its answer are dead (%i), and the answer is forgotten',
		async (status) => {
			const { result, store } = await again(() => answerOf(status));

			expect(result).toBe('gone');
			expect(store.entries).toEqual({});
		},
	);

	test.each([401, 500, 503])(
		'is not gone where its host answers %i, which may pass',
		async (status) => {
			const { result, store } = await again(() => answerOf(status), { count: 1 });

			expect(errorsOf(result)).toEqual([['downloadFailed', linkOf(1)]]);
			expect(store.entries.key?.answer).toBeDefined();
		},
	);

	test('is not gone where the network is', async () => {
		const { result } = await again(
			() => {
				throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
			},
			{ count: 1 },
		);

		expect(errorsOf(result)).toEqual([['downloadFailed', linkOf(1)]]);
	});
});

describe('a host, or a proxy, that refuses every link from the first download on', () => {
	test.each<[number, string]>([
		[403, 'linkRefused'],
		[404, 'downloadFailed'],
		[410, 'linkExpired'],
	])('with %i is told, and no later try takes the images for gone', async (status, code) => {
		const host = () => answerOf(status);
		const first = setup({ host });
		const results = [await first.deliver(first.buy(links(2)))];
		const { store } = first;
		for (let tries = 0; tries < 3; tries++) {
			const { deliver, recall } = setup({ host, store });
			results.push(await deliver(recall()));
		}

		for (const result of results) {
			expect(errorsOf(result)).toEqual(links(2).map((link) => [code, link]));
		}
		expect(store.entries.key?.answer?.links).toEqual(links(2));
	});

	test('of one link that never worked keeps all of the answer', async () => {
		const { result, store } = await again(() => answerOf(403), {
			count: 2,
			first: except([2], 403),
		});

		expect(errorsOf(result)).toEqual([
			['linkExpired', linkOf(1)],
			['linkRefused', linkOf(2)],
		]);
		expect(store.entries.key?.answer).toBeDefined();
	});

	test('is not gone where only links were wanted before, which proves nothing', async () => {
		const first = setup({ parameters: { output: { downloadImages: false } } });
		await first.deliver(first.buy(links(1)));
		const { deliver, recall } = setup({ host: () => answerOf(403), store: first.store });

		expect(errorsOf(await deliver(recall()))).toEqual([['linkRefused', linkOf(1)]]);
	});
});

describe('a link that tells its own end', () => {
	const inSeconds = (seconds: number) => `?Expires=${Math.floor(Date.now() / 1000) + seconds}`;

	test.each<[string, number, unknown]>([
		['is gone once that is over, even if nobody has fetched it', -60, 'gone'],
		['is refused before', 3600, ['linkRefused']],
		['is refused where that was over already when it came', -7200, ['linkRefused']],
	])('%s', async (_name, seconds, told) => {
		const refuse = () => answerOf(403);
		const query = inSeconds(seconds);
		const { result } = await again(refuse, { count: 1, query, first: refuse, agoMs: 3_600_000 });

		expect(result === 'gone' ? result : errorsOf(result).map(([code]) => code)).toEqual(told);
	});

	test('is told as refused in the try that has paid for it, which buys nothing again', async () => {
		const { deliver, buy } = setup({ host: () => answerOf(403) });
		const query = inSeconds(-60);

		expect(errorsOf(await deliver(buy(links(1, query))))).toEqual([
			['linkRefused', linkOf(1, query)],
		]);
	});
});

describe('what n8n cannot do', () => {
	const full: Given = {
		helpers: {
			prepareBinaryData: async () => await Promise.reject(new Error(`No space left, ${KEY}`)),
		},
	};

	test('a file that it cannot store is an error with the link, and no success', async () => {
		const { deliver, buy, store } = setup({ n8n: full });
		const result = resultOf(await deliver(buy(links(2))));

		expect(result.items).toEqual([]);
		expect(errorsOf(result)).toEqual(links(2).map((link) => ['notStored', link]));
		expect(result.errors[0]?.facts.detail).toBe('No space left, [API key]');
		expect(store.entries.key?.answer).not.toHaveProperty('fetched');
	});

	test('an image that came inline and cannot be stored is an error too, now and in the next try', async () => {
		const { deliver, buy, recall, store } = setup({ n8n: full });
		const bought = await deliver(buy([{ base64: jpeg.toString('base64') }]));

		expect(errorsOf(bought)).toEqual([['notStored', undefined]]);
		expect(store.entries.key?.answer?.files).toEqual([{ lost: 'notStored' }]);
		expect(errorsOf(await deliver(recall()))).toEqual([['notStored', undefined]]);
	});

	test('items that cannot be made are errors with the links of all images', async () => {
		const columns = {
			get broken(): string {
				throw new Error('This column cannot be read');
			},
		};
		const { deliver, buy, store } = setup({
			n8n: { getInputData: () => [{ json: columns }] },
			parameters: { output: { includeInputFields: true } },
		});
		const result = resultOf(await deliver(buy(links(3))));

		expect(result.items).toEqual([]);
		expect(errorsOf(result)).toEqual(links(3).map((link) => ['notStored', link]));
		expect(result.errors[0]?.facts.detail).toBe('This column cannot be read');
		expect(store.entries.key?.answer?.links).toEqual(links(3));
	});
});

describe('what is no link', () => {
	const detail = 'neither http nor https: javascript:alert(1)';
	const bad: GeneratedImage = { failure: { code: 'badLink', detail } };

	test.each([true, false])(
		'is an error, and in no output (downloads: %s)',
		async (downloadImages) => {
			const { deliver, buy, asked } = setup({ parameters: { output: { downloadImages } } });
			const result = resultOf(await deliver(buy([bad, linkOf(1)])));

			expect(arrived(result)).toEqual([linkOf(1)]);
			expect(JSON.stringify(result.items)).not.toContain('javascript');
			expect(errorsOf(result)).toEqual([['badLink', undefined]]);
			expect(result.errors[0]?.facts.detail).toBe(detail);
			expect(asked).toEqual(downloadImages ? [linkOf(1)] : []);
		},
	);

	test('is bad in the next try too, and its neighbor keeps its place', async () => {
		const { deliver, buy, recall } = setup();
		await deliver(buy([bad, linkOf(1)]));
		const result = resultOf(await deliver(recall()));

		expect(result.items[0]?.json).toMatchObject({ imageIndex: 2, imageUrl: linkOf(1) });
		expect(errorsOf(result)).toEqual([['badLink', undefined]]);
	});
});

describe('words of an error page', () => {
	const page = `<p>No entry for ${KEY}, said the gate</p>`;

	test('of a public host are told without the key', async () => {
		const { deliver, buy } = setup({ host: () => answerOf(403, page) });
		const [error] = resultOf(await deliver(buy(links(1)))).errors;

		expect(error?.facts.detail).toBe('HTTP status 403, No entry for [API key], said the gate');
	});

	test('of a private host are not told, only its status', async () => {
		const { deliver, buy } = setup({
			host: () => answerOf(403, page),
			api: 'http://10.0.0.5:8080',
		});
		const [error] = resultOf(await deliver(buy(['http://minio:9000/a.jpeg']))).errors;

		expect(error?.facts.detail).toBe('HTTP status 403');
	});
});

test('links into the network are not followed for a public API, nor are redirects into it', async () => {
	const { deliver, buy, asked } = setup({
		host: () => answerOf(302, '', { location: 'http://10.0.0.5/secret' }),
	});
	const result = await deliver(buy([linkOf(1), 'http://192.168.1.1/router']));

	expect(asked).toEqual([linkOf(1)]);
	expect(errorsOf(result).map(([code]) => code)).toEqual(['badLink', 'badLink']);
	for (const { facts } of resultOf(result).errors) {
		expect(facts.detail).toBe('it leads into your network');
	}
});

test('images that a gateway sends inline although links were wanted let their memory go', async () => {
	const { deliver, buy } = setup({ parameters: { output: { downloadImages: false } } });
	const text = Base64Text.of(jpeg.toString('base64'));
	await deliver(buy([{ base64: text }]));

	expect(text.bytes(Buffer.alloc)).toBeUndefined();
});

test('a stop while a download waits for its next try ends it with the reason of the stop', async () => {
	const stop = new AbortController();
	const clock = new FakeClock();
	const context = handmade({
		helpers: { httpRequest: async () => await Promise.resolve(answerOf(503)) },
	});
	const plan = planOf();
	const deliverer = new Deliverer(context, [plan], {
		stopped: stop.signal,
		api: new URL('https://api.minimax.io'),
		readWords: (words) => words,
		clock,
	});
	const delivering = deliverer.deliver(plan, setup().buy(links(1)));
	await clock.advance(0);
	const reason = new Error('stopped');
	stop.abort(reason);

	await expect(delivering).rejects.toBe(reason);
	expect(clock.pending).toBe(0);
});
