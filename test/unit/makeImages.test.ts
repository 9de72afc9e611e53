import type {
	IDataObject,
	IN8nHttpFullResponse,
	INodeExecutionData,
	INodeParameters,
} from 'n8n-workflow';

import { makeImages } from '../../nodes/MiniMaxImage/MiniMaxImage.node';
import type { NodeError } from '../../nodes/MiniMaxImage/output/errors';
import { FakeClock } from '../support/fakeClock';
import { NODE, answerOf, handmade, refusal, success } from '../support/handmade';
import type { Given } from '../support/handmade';
import { picture } from '../support/images';

const linkOf = (number: number) => `https://images.example.com/${number}.jpeg`;

let jpeg: Buffer;
beforeAll(async () => {
	jpeg = await picture();
});

let keys = 0;

const refuse = (): never => {
	throw new Error('n8n is broken');
};

/** What became of a try. */
interface Tried {
	items?: INodeExecutionData[];
	error?: NodeError;
}

interface Setup {
	rows?: number;
	options?: IDataObject;
	/** What the API answers the request with this number, from 0. */
	answer?: (number: number) => IN8nHttpFullResponse;
	/** What the image host answers, which may have seen the key elsewhere. */
	host?: (apiKey: string) => IN8nHttpFullResponse;
}

/** An execution whose tries all go through the whole node, at a service that answers as told. */
function execution({
	rows = 1,
	options = {},
	answer = (number) => answerOf(200, success([linkOf(number)])),
	host = () => answerOf(200, jpeg),
}: Setup = {}) {
	const kept: IDataObject = {};
	const clock = new FakeClock();
	const apiKey = `sk-run-${keys++}`;
	let bought = 0;
	const begin = async (given: Given = {}): Promise<Tried> => {
		const tried: Tried = {};
		const context = handmade({
			getContext: () => kept,
			getInputData: () => Array.from({ length: rows }, (_, row) => ({ json: { row } })),
			getCredentials: async <T extends object = object>() =>
				await Promise.resolve({ apiKey, region: 'global' } as T),
			addExecutionHints: () => undefined,
			parameters: {
				operation: 'textToImage',
				model: 'image-01',
				prompt: 'a red fox',
				aspectRatio: '1:1',
				numberOfImages: 1,
				downloadImages: true,
				options: { requestsPerMinute: 0, ...options },
			} as INodeParameters,
			...given,
			helpers: {
				httpRequestWithAuthentication: async () => await Promise.resolve(answer(bought++)),
				httpRequest: async () => await Promise.resolve(host(apiKey)),
				prepareBinaryData: async (_bytes, fileName, mimeType = '') =>
					await Promise.resolve({ mimeType, fileName, data: '', id: `filesystem-v2:${fileName}` }),
				...given.helpers,
			},
		});
		await makeImages(context, clock).then(
			([items]) => (tried.items = items),
			(error: NodeError) => (tried.error = error),
		);
		return tried;
	};
	/** One try, to its end. */
	const run = async (given: Given = {}): Promise<Tried> => {
		let isOver = false;
		const tried = begin(given).finally(() => (isOver = true));
		for (let seconds = 0; seconds < 300 && !isOver; seconds++) await clock.advance(1_000);
		return await tried;
	};
	return { begin, run, clock, bought: () => bought };
}

/** Link or error of each item. */
const told = ({ items = [] }: Tried) => items.map(({ json }) => json.imageUrl ?? json.error);

const goesOn: Given = { continueOnFail: () => true };

test('rows are made and handed over in their order', async () => {
	const { run, bought } = execution({ rows: 3 });
	const tried = await run();

	expect(told(tried)).toEqual([linkOf(0), linkOf(1), linkOf(2)]);
	expect(bought()).toBe(3);
});

test('a row that was answered 502 keeps that when another one finds the balance too low', async () => {
	const { run, bought } = execution({
		rows: 3,
		options: { requestsPerMinute: 2 },
		answer: (number) => (number === 0 ? answerOf(502) : answerOf(200, refusal(1008))),
	});

	expect(told(await run(goesOn))).toEqual([
		'The host answered with HTTP status 502',
		'The balance of the MiniMax account is too low',
		'The item was not sent, because the balance of the MiniMax account is too low',
	]);
	expect(bought()).toBe(2);
});

test('a proxy that refuses every download is told by each try, and nothing is bought again', async () => {
	const { run, bought } = execution({
		host: (apiKey) => answerOf(403, `Forbidden: ${apiKey}`),
	});
	const tries = [await run(), await run(), await run(), await run({ getExecutionId: () => '2' })];

	for (const { error } of tries) {
		expect(error?.message).toBe('The image host, or a proxy on the way, refused the link [item 0]');
		expect(error?.context.imageUrl).toBe(linkOf(0));
		expect(error?.description).toContain('HTTP status 403, Forbidden: [API key]');
	}
	expect(bought()).toBe(1);
});

test('images whose links worked once and are all dead now are bought again, once', async () => {
	let status = 200;
	const { run, bought } = execution({ host: () => answerOf(status, jpeg) });
	// A try that n8n runs again although its images are there.
	await run({ addExecutionHints: refuse });
	status = 403;
	const dead = await run();
	status = 200;
	const tried = await run();

	expect(dead.error?.context.code).toBe('linkRefused');
	expect(told(tried)).toEqual([linkOf(1)]);
	expect(bought()).toBe(2);
});

describe('whatever throws after images are paid for', () => {
	test.each<[string, Given]>([
		['the log of what is paid', { logger: { debug: refuse } }],
		['the hints of the run', { addExecutionHints: refuse }],
		['the storing of files', { helpers: { prepareBinaryData: refuse } }],
	])('%s: the next try finds them, and buys nothing', async (_name, given) => {
		const { run, bought } = execution({ rows: 2 });
		const broken = await run(given);
		expect(broken.items).toBeUndefined();
		expect(broken.error).toBeDefined();

		expect(told(await run())).toEqual([linkOf(0), linkOf(1)]);
		expect(bought()).toBe(2);
	});

	test('the columns of a row: the error has the link', async () => {
		const columns = {
			get broken(): string {
				return refuse();
			},
		};
		const { run } = execution({ options: { includeInputFields: true } });
		const { error } = await run({ getInputData: () => [{ json: columns }] });

		expect(error?.message).toBe('n8n could not store the image [item 0]');
		expect(error?.context.imageUrl).toBe(linkOf(0));
	});
});

describe('a credential that cannot be used', () => {
	const broken: Given = {
		getCredentials: async () => await Promise.reject(new Error('It was deleted')),
	};

	test('is the error of the run, or of every row where it goes on', async () => {
		const { run, bought } = execution({ rows: 2 });

		expect((await run(broken)).error?.message).toBe('It was deleted [item 0]');
		expect(told(await run({ ...broken, ...goesOn }))).toEqual(['It was deleted', 'It was deleted']);
		expect(bought()).toBe(0);
	});
});

test('two calls of an agent with the same words get an image each, and the next one finds the first', async () => {
	const tool: Given = { getNode: () => ({ ...NODE, type: `${NODE.type}Tool` }) };
	const { begin, run, clock, bought } = execution();
	const both = [
		begin({ ...tool, addExecutionHints: refuse }),
		begin({ ...tool, addExecutionHints: refuse }),
	];
	await clock.advance(1_000);
	await Promise.all(both);
	expect(bought()).toBe(2);

	expect(told(await run(tool))).toEqual([linkOf(0)]);
	expect(bought()).toBe(2);
});

describe('a stop', () => {
	test('ends waiting rows, and its error has the links that are paid for', async () => {
		const stop = new AbortController();
		const { begin, clock, bought } = execution({ rows: 3, options: { requestsPerMinute: 1 } });
		const running = begin({ getExecutionCancelSignal: () => stop.signal });
		await clock.advance(1_000);
		stop.abort(new Error('stopped'));
		const { error } = await running;

		expect(error?.message).toBe('The execution was canceled');
		expect(error?.description).toContain(linkOf(0));
		expect(bought()).toBe(1);
		expect(clock.pending).toBe(0);
	});

	test('leaves what was bought to the retry, which buys the rest', async () => {
		const stop = new AbortController();
		const { begin, run, clock, bought } = execution({ rows: 3, options: { requestsPerMinute: 1 } });
		const running = begin({ getExecutionCancelSignal: () => stop.signal });
		await clock.advance(1_000);
		stop.abort(new Error('stopped'));
		await running;

		const tried = await run({ getExecutionId: () => '2' });
		expect(told(tried)).toEqual([linkOf(0), linkOf(1), linkOf(2)]);
		expect(bought()).toBe(3);
	});

	test('tells of requests that it cut, and the retry says that they may be charged twice', async () => {
		const stop = new AbortController();
		const hints: string[] = [];
		const { run, bought } = execution({
			rows: 2,
			answer: (number) => {
				if (number > 0) return answerOf(200, success([linkOf(number)]));
				stop.abort(new Error('stopped'));
				throw Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' });
			},
			options: { maxConcurrency: 1 },
		});
		const { error } = await run({ getExecutionCancelSignal: () => stop.signal });
		expect(error?.description).toMatch(/^1 request was on its way: probably charged/);
		expect(bought()).toBe(1);

		await run({
			getExecutionId: () => '2',
			addExecutionHints: (...some) => void hints.push(...some.map(({ message }) => message)),
		});
		expect(hints.join()).toContain('1 request had to be sent a second time');
	});
});
