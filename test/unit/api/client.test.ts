import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { readAnswer } from '../../../nodes/MiniMaxImage/api/answer';
import type { GeneratedImages } from '../../../nodes/MiniMaxImage/api/answer';
import { ApiClient, MAX_ANSWER_MB } from '../../../nodes/MiniMaxImage/api/client';
import type { Reader } from '../../../nodes/MiniMaxImage/api/client';
import { limiterFor } from '../../../nodes/MiniMaxImage/http/rateLimiters';
import type { Outcome } from '../../../nodes/MiniMaxImage/http/outcome';
import type { SendSettings } from '../../../nodes/MiniMaxImage/http/sendSettings';
import { HALTED } from '../../../nodes/MiniMaxImage/http/wait';
import { ItemError } from '../../../nodes/MiniMaxImage/itemError';
import { FakeClock } from '../../support/fakeClock';
import {
	answerOf,
	brokenBody,
	handmade,
	parametersOf,
	purchaseOf,
	refusal,
	storeOf,
	success,
} from '../../support/handmade';

const LINK = 'https://images.example.com/a.jpeg';

const OK = () => answerOf(200, success([LINK]));

/** Longer than any backoff without a wait that the service asks for. */
const BACKOFF_MS = 8_000;

/** A request as it went out. */
interface Sent {
	/** Seconds on the clock of the test. */
	at: number;
	prompt: string;
	options: IHttpRequestOptions;
	/** That n8n sends with it. */
	apiKey: string;
}

/** What the API answers the request with this number, from 0. */
type Answer = (number: number, sent: Sent) => IN8nHttpFullResponse | Promise<IN8nHttpFullResponse>;

let keys = 0;

/** A client of an account of its own, at a service that answers as told, on a clock that the test moves. */
async function open(answer: Answer) {
	const clock = new FakeClock();
	const sent: Sent[] = [];
	const apiKey = `sk-api-Q7mZ1vK4xT9rB2nW8cY${keys++}`;
	const context = handmade({
		getCredentials: async <T extends object = object>() => {
			return await Promise.resolve({ apiKey, region: 'global' } as T);
		},
		helpers: {
			httpRequestWithAuthentication: async (_credential: string, options: IHttpRequestOptions) => {
				const { prompt } = JSON.parse(String(options.body)) as { prompt: string };
				const one = { at: clock.now() / 1000, prompt, options, apiKey };
				return await answer(sent.push(one) - 1, one);
			},
		},
	});
	const client = await ApiClient.open(context, clock);
	return { client, clock, sent, apiKey };
}

interface Posted {
	prompt?: string;
	body?: object;
	settings?: Partial<SendSettings>;
	signal?: AbortSignal;
	read?: Reader<GeneratedImages>;
}

/** Posts a request; what becomes of it is in `outcome` or `error` once it has ended. */
function post(client: ApiClient, given: Posted = {}) {
	const { prompt = 'a fox', settings, read = readAnswer } = given;
	const { body = { prompt }, signal = new AbortController().signal } = given;
	const store = storeOf();
	const purchase = purchaseOf(store);
	const send = parametersOf({ send: settings }).send;
	const posted: {
		outcome?: Outcome<GeneratedImages>;
		error?: unknown;
		ended: Promise<void>;
		entry: () => (typeof store.entries)[string] | undefined;
	} = { ended: Promise.resolve(), entry: () => store.entries.key };
	posted.ended = client.post({ path: '/v1/x', body, purchase }, read, send, signal).then(
		(outcome) => void (posted.outcome = outcome),
		(error: unknown) => void (posted.error = error),
	);
	return posted;
}

const failure = (more: object) => ({
	ok: false,
	failure: expect.objectContaining(more) as unknown,
});

const refused = () => new ItemError('The balance is too low', { code: '1008' }).notSent();

test('a request that is answered brings its images, and is sent once as bytes and without redirects', async () => {
	const { client, sent } = await open(OK);
	const posted = post(client);
	await posted.ended;

	expect(posted.outcome).toMatchObject({ ok: true, value: { images: [{ url: LINK }] } });
	expect(sent).toHaveLength(1);
	expect(sent[0]?.options).toMatchObject({
		url: 'https://api.minimax.io/v1/x',
		body: Buffer.from('{"prompt":"a fox"}'),
		timeout: 180_000,
		disableFollowRedirect: true,
		ignoreHttpStatusErrors: true,
	});
	expect(posted.entry()).toMatchObject({ pending: true });
});

describe('a row that waits when the account is refused', () => {
	/** A row whose first try is answered so, and that waits then; the next is never sent. */
	async function waiting(first: () => IN8nHttpFullResponse, settings: Partial<SendSettings>) {
		const opened = await open(first);
		const ended = new AbortController();
		const row = post(opened.client, { settings, signal: ended.signal });
		await opened.clock.advance(0);
		expect(opened.sent).toHaveLength(1);
		return { ...opened, row, ended };
	}

	const bad = () => answerOf(502, 'Bad Gateway');

	test('ends with its 502 where it waits for its next try', async () => {
		const { row, ended, clock, sent } = await waiting(bad, {});
		ended.abort(refused());
		await row.ended;

		expect(row.outcome).toEqual(failure({ code: 'http502', detail: 'Bad Gateway' }));
		expect(row.entry()).toMatchObject({ unclear: 1 });
		expect(clock.pending).toBe(0);
		expect(sent).toHaveLength(1);
	});

	test('ends with its 502 where it waits for a permit', async () => {
		const { row, ended, clock, sent } = await waiting(bad, { requestsPerMinute: 1 });
		await clock.advance(BACKOFF_MS);
		expect(row.outcome).toBeUndefined();

		ended.abort(refused());
		await row.ended;

		expect(row.outcome).toEqual(failure({ code: 'http502' }));
		expect(row.entry()).toMatchObject({ unclear: 1 });
		await clock.advance(60_000);
		expect(sent).toHaveLength(1);
	});

	test('ends with its 502 where it was refused for the rate limit since', async () => {
		const opened = await open((number) => (number === 0 ? bad() : answerOf(200, refusal(1002))));
		const ended = new AbortController();
		const row = post(opened.client, { signal: ended.signal });
		await opened.clock.advance(BACKOFF_MS);
		expect(opened.sent.length).toBeGreaterThan(1);

		ended.abort(refused());
		await row.ended;

		expect(row.outcome).toEqual(failure({ code: 'http502' }));
		expect(row.entry()).toMatchObject({ unclear: 1 });
	});

	test('ends with the reason where it was refused for the rate limit alone', async () => {
		const { row, ended } = await waiting(() => answerOf(200, refusal(1002)), {});
		const reason = refused();
		ended.abort(reason);
		await row.ended;

		expect(row.error).toBe(reason);
		expect(row.entry()).toBeUndefined();
	});

	test('ends with the reason where it was never sent', async () => {
		const opened = await open(OK);
		post(opened.client, { settings: { requestsPerMinute: 1 } });
		const ended = new AbortController();
		const row = post(opened.client, { settings: { requestsPerMinute: 1 }, signal: ended.signal });
		await opened.clock.advance(0);
		const reason = refused();
		ended.abort(reason);
		await row.ended;

		expect(row.error).toBe(reason);
		expect(row.entry()).toBeUndefined();
		expect(opened.sent).toHaveLength(1);
	});

	test('ends with its 502 when the execution is stopped', async () => {
		const { row, ended } = await waiting(bad, {});
		ended.abort(new Error('The execution was cancelled'));
		await row.ended;

		expect(row.outcome).toEqual(failure({ code: 'http502' }));
	});

	test.each([{}, { requestsPerMinute: 1 }])(
		'ends with the reason when another row has failed, %j',
		async (settings) => {
			const { row, ended, clock } = await waiting(bad, settings);
			await clock.advance('requestsPerMinute' in settings ? BACKOFF_MS : 0);
			ended.abort(HALTED);
			await row.ended;

			expect(row.error).toBe(HALTED);
			expect(row.entry()).toMatchObject({ unclear: 1 });
		},
	);
});

test('a request that is on its way is left to finish when waiting ends', async () => {
	let answer = (): void => undefined;
	const { client, clock } = await open(
		async () => await new Promise((resolve) => (answer = () => resolve(OK()))),
	);
	const ended = new AbortController();
	const row = post(client, { signal: ended.signal });
	await clock.advance(0);
	ended.abort(HALTED);
	await clock.advance(0);
	expect(row.error).toBeUndefined();
	answer();
	await row.ended;

	expect(row.outcome).toMatchObject({ ok: true });
});

describe('a request that is refused for the rate limit', () => {
	test('fails after twenty refusals while others pass', async () => {
		const refuse = () => answerOf(429, refusal(1002, 'slow down'));
		const { client, clock, sent, apiKey } = await open(refuse);
		const row = post(client);
		let passed = 0;
		for (let count = 0; count < 1000 && !row.outcome; count++) {
			const limiter = limiterFor(apiKey, client.baseUrl, clock);
			// Requests of another execution, which came first.
			void limiter.acquire(-1, 0, new AbortController().signal).then((permit) => {
				permit.passed();
				passed += 1;
			});
			await clock.advance(30_000);
		}

		expect(row.outcome).toEqual(failure({ code: '1002', detail: 'slow down' }));
		expect(sent).toHaveLength(20);
		expect(passed).toBeGreaterThan(20);
		expect(row.entry()).toBeUndefined();
	});

	test('fails after ten minutes in which nothing passes', async () => {
		const { client, clock } = await open(() => answerOf(429, refusal(1002)));
		const row = post(client);
		await clock.advance(600_000);
		expect(row.outcome).toBeUndefined();
		await clock.advance(120_000);

		expect(row.outcome).toEqual(failure({ code: '1002' }));
	});

	test('fails at once where the service asks to wait for longer than that', async () => {
		const { client } = await open(() => answerOf(429, refusal(1002), { 'retry-after': '601' }));
		const row = post(client);
		await row.ended;

		expect(row.outcome).toEqual(failure({ code: '1002', retryAfterMs: 601_000 }));
	});

	test('uses up no tries', async () => {
		const { client, clock, sent } = await open((number) =>
			number < 3 ? answerOf(429, refusal(1002)) : number < 4 ? answerOf(503) : OK(),
		);
		const row = post(client, { settings: { maxRetries: 1 } });
		await clock.advance(600_000);

		expect(row.outcome).toMatchObject({ ok: true });
		expect(sent).toHaveLength(5);
	});
});

test('a limiter that was forgotten during a long backoff is looked up again, and shared with a twin', async () => {
	const { client, clock, sent } = await open((number) =>
		number === 0 ? answerOf(503, '', { 'retry-after': '61' }) : OK(),
	);
	const settings = { requestsPerMinute: 1 };
	post(client, { prompt: 'first', settings });
	// The minute of the first request is over, so its limiter knows nothing worth keeping.
	await clock.advance(60_900);
	post(client, { prompt: 'twin', settings });
	await clock.advance(120_000);

	expect(sent.map(({ prompt, at }) => [prompt, at])).toEqual([
		['first', 0],
		['twin', 60.9],
		['first', 60.9 + 60.5],
	]);
});

describe('tries', () => {
	test.each<[string, number, number, IN8nHttpFullResponse['statusCode']]>([
		['that did no work end after Max Retries more', 3, 4, 503],
		['whose outcome is unclear end after one more', 3, 2, 502],
		['whose outcome is unclear are one where the user wants no retries', 0, 1, 502],
	])('%s', async (_name, maxRetries, count, status) => {
		const { client, clock, sent } = await open(() => answerOf(status, 'oops'));
		const row = post(client, { settings: { maxRetries } });
		await clock.advance(5 * BACKOFF_MS);

		expect(row.outcome).toEqual(failure({ code: `http${status}` }));
		expect(sent).toHaveLength(count);
	});

	test('wait for as long as the service asks', async () => {
		const { client, clock, sent } = await open((number) =>
			number === 0 ? answerOf(503, '', { 'retry-after': '30' }) : OK(),
		);
		post(client);
		await clock.advance(60_000);

		expect(sent.map(({ at }) => at)).toEqual([0, 30]);
	});
});

/** What becomes of a single send, without another one. */
async function sendOnce(answer: Answer, read?: Reader<GeneratedImages>) {
	const { client, sent } = await open(answer);
	const row = post(client, { read, settings: { maxRetries: 0 } });
	await row.ended;
	expect(sent).toHaveLength(1);
	return { row };
}

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

describe('what goes wrong after the status line is never told as a network that let nothing out', () => {
	test('a reader that throws makes the outcome unclear', async () => {
		const { row } = await sendOnce(OK, () => {
			throw new TypeError('Cannot convert object to primitive value');
		});

		expect(row.outcome).toEqual(
			failure({ code: 'unusable', detail: 'Cannot convert object to primitive value' }),
		);
		expect(row.entry()).toMatchObject({ unclear: 1 });
	});

	test.each([
		'ETIMEDOUT',
		'ENOTFOUND',
		'ECONNREFUSED',
		'EAI_AGAIN',
		'EPROTO',
		'CERT_HAS_EXPIRED',
		'ECONNRESET',
	])('a body that breaks off with %s', async (code) => {
		const { row } = await sendOnce(() => answerOf(200, brokenBody('{"id":', coded(code))));

		expect(row.outcome).toEqual(failure({ code: 'reset', detail: code }));
		expect(row.entry()).toMatchObject({ unclear: 1 });
	});

	test('a body that breaks off with a code that nobody knows', async () => {
		const { row } = await sendOnce(() => answerOf(200, brokenBody('{"id":', new Error('huh'))));

		expect(row.outcome).toEqual(failure({ code: 'unusable', detail: 'huh' }));
		expect(row.entry()).toMatchObject({ unclear: 1 });
	});

	test.each([
		[200, 'answerTooLarge', 1],
		[503, 'http503', undefined],
		[502, 'http502', 1],
	])('a body that is too large with HTTP %i', async (status, code, unclear) => {
		const brackets = Buffer.alloc(200_000, '[');
		const { row } = await sendOnce(() => answerOf(status, brackets));

		expect(row.outcome).toEqual(failure({ code }));
		expect(row.entry()?.unclear).toBe(unclear);
	});

	test('a body of more bytes than any answer has', async () => {
		const megabyte = Buffer.alloc(1024 * 1024, 'A');
		const parts = Array.from({ length: MAX_ANSWER_MB + 1 }, () => megabyte);
		const { row } = await sendOnce(() => answerOf(200, [Buffer.from('"'), ...parts]));

		expect(row.outcome).toEqual(failure({ code: 'answerTooLarge' }));
	});
});

describe('what goes wrong before the status line', () => {
	test.each([
		['ECONNREFUSED', 'unreachable'],
		['ENOTFOUND', 'dns'],
		['CERT_HAS_EXPIRED', 'certificate'],
		['', 'notAllowed'],
	])('with the code "%s" is %s, and leaves nothing in the journal', async (code, told) => {
		const { row } = await sendOnce(() => {
			throw coded(code, 'no way');
		});

		expect(row.outcome).toEqual(failure({ code: told }));
		expect(row.entry()).toBeUndefined();
	});

	test('by a stop is unclear, kept in the journal, and not sent again', async () => {
		const { client, clock, sent } = await open(() => {
			throw coded('ERR_CANCELED', 'canceled');
		});
		const row = post(client);
		await clock.advance(BACKOFF_MS);

		expect(row.outcome).toEqual(failure({ code: 'cancelled' }));
		expect(row.entry()).toMatchObject({ unclear: 1 });
		expect(row.entry()).not.toHaveProperty('pending');
		expect(sent).toHaveLength(1);
	});
});

describe('the key', () => {
	test.each<[string, (apiKey: string) => IN8nHttpFullResponse]>([
		['the words of a refusal', (key) => answerOf(200, refusal(2013, `bad key ${key}!`))],
		['a page', (key) => answerOf(502, `<p>bad key ${key}!</p>`)],
		['an error of the connection', (key) => answerOf(200, brokenBody('{', new Error(key)))],
		['an id', (key) => answerOf(500, { id: `req-${key}` })],
	])('is taken out of %s', async (_name, answer) => {
		const { row } = await sendOnce((_number, { apiKey }) => answer(apiKey));

		expect(JSON.stringify(row.outcome)).toContain('[API key]');
		expect(JSON.stringify(row.outcome)).not.toContain('Q7mZ1vK4xT9r');
	});

	test('is taken out of an error before there is an answer', async () => {
		const { client, apiKey } = await open(() => {
			throw new Error(`Cannot send "Authorization: Bearer ${apiKey}"`);
		});
		const row = post(client);
		await row.ended;

		expect(row.outcome).toEqual(
			failure({ code: 'notAllowed', detail: 'Cannot send "Authorization: Bearer [API key]"' }),
		);
	});
});

describe('bodies with large references', () => {
	/** In how many different turns of the event loop three bodies of a size are encoded. */
	async function turnsFor(size: number): Promise<number> {
		const { client } = await open(OK);
		let turns = 0;
		let isSameTurn = false;
		const bodyOf = () => ({
			prompt: 'a fox',
			get image() {
				if (!isSameTurn) turns += 1;
				isSameTurn = true;
				// Timers of the same length ring in their order, so this one rings before the breath is over.
				setTimeout(() => (isSameTurn = false), 0);
				return 'A'.repeat(size);
			},
		});
		await Promise.all([1, 2, 3].map(() => post(client, { body: bodyOf() }).ended));
		return turns;
	}

	test('are encoded one at a time, with a breath between', async () => {
		expect(await turnsFor(2 * 1024 * 1024)).toBe(3);
	});

	test('do not make small ones take turns', async () => {
		expect(await turnsFor(1000)).toBe(1);
	});
});
