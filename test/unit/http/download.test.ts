import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';

import type { IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';

import { Downloader } from '../../../nodes/MiniMaxImage/http/download';
import { FileFetcher, MAX_DOWNLOAD_MB } from '../../../nodes/MiniMaxImage/http/fetchFile';
import type { Use } from '../../../nodes/MiniMaxImage/http/fetchFile';
import { Semaphore } from '../../../nodes/MiniMaxImage/http/semaphore';
import { FakeClock } from '../../support/fakeClock';
import { answerOf, brokenBody, handmade, parametersOf } from '../../support/handmade';

const MEGABYTE = 1024 * 1024;

const LINK = 'https://images.example.com/a.jpeg';

const PUBLIC = 'https://api.minimax.io';
const INSIDE = 'http://10.0.0.5:8080';

type Host = (url: string, number: number) => IN8nHttpFullResponse;

const toText: Use<string> = async (bytes) =>
	await Promise.resolve({ ok: true, value: bytes.toString() });

/** n8n's HTTP client, at hosts that answer as told. */
function hosts(host: Host) {
	const asked: IHttpRequestOptions[] = [];
	const context = handmade({
		helpers: {
			httpRequest: async (options: IHttpRequestOptions) =>
				await Promise.resolve(host(options.url, asked.push(options) - 1)),
		},
	});
	return { context, asked, urls: () => asked.map(({ url }) => url) };
}

/** Fetches a link once, and says what its file holds. */
async function fetchOnce(host: Host, { link = LINK, api = PUBLIC } = {}) {
	const { context, asked, urls } = hosts(host);
	const options = { memory: new Semaphore(MEGABYTE), api: new URL(api) };
	const files = new FileFetcher(context, options);
	const ended = new AbortController().signal;
	const outcome = await files.fetch(link, Date.now() + 60_000, ended, toText);
	return { outcome, asked, urls: urls() };
}

const failure = (code: string, detail?: string) => ({ ok: false, failure: { code, detail } });

const redirect = (location: string | undefined, status = 302) =>
	answerOf(status, 'moved', { location });

test('a file is asked for as it is, without a header that could hold the key', async () => {
	const { outcome, asked } = await fetchOnce(() => answerOf(200, 'a picture'));

	expect(outcome).toEqual({ ok: true, value: { value: 'a picture', url: LINK } });
	expect(asked).toEqual([
		expect.objectContaining({
			url: LINK,
			method: 'GET',
			headers: { Accept: 'image/*', 'Accept-Encoding': 'identity' },
			disableFollowRedirect: true,
		}),
	]);
});

test('a stop of the execution ends what is being fetched', async () => {
	const { asked } = await fetchOnce(() => answerOf(200));

	expect(asked[0]?.abortSignal).toBeInstanceOf(AbortSignal);
});

describe('redirects', () => {
	const chain =
		(length: number): Host =>
		(_url, number) =>
			number < length ? redirect(`/${number}`) : answerOf(200, 'a picture');

	test('are followed three times, and the link stays the one that was given', async () => {
		const { outcome, urls } = await fetchOnce(chain(3));

		expect(outcome).toEqual({ ok: true, value: { value: 'a picture', url: LINK } });
		expect(urls).toEqual([
			...[LINK, 'https://images.example.com/0', 'https://images.example.com/1'],
			'https://images.example.com/2',
		]);
	});

	test('are not followed a fourth time', async () => {
		const { outcome, urls } = await fetchOnce(chain(4));

		expect(outcome).toEqual(failure('badLink', 'too many redirects'));
		expect(urls).toHaveLength(4);
	});

	test.each<[string, string, string]>([
		['of more than 8 KB', `/${'a'.repeat(8 * 1024)}`, 'a redirect that is too long'],
		['to no web address', 'file:///etc/passwd', 'neither http nor https'],
		['into the network', 'http://10.0.0.5/secret', 'it leads into your network'],
		['to this machine', 'http://localhost:5678/', 'it leads into your network'],
		[
			'to the secrets of a cloud',
			'http://169.254.169.254/',
			'it leads to an address of the local link',
		],
	])('%s are refused before anything is asked there', async (_name, location, detail) => {
		const { outcome, urls } = await fetchOnce(() => redirect(location));

		expect(outcome).toEqual(failure('badLink', detail));
		expect(urls).toEqual([LINK]);
	});

	test('inside of the network are followed for an API in there, in http', async () => {
		const { outcome, urls } = await fetchOnce(
			(_url, number) =>
				number === 0 ? redirect('http://minio:9000/a') : answerOf(200, 'a picture'),
			{ link: 'http://10.0.0.5:8080/files/a', api: INSIDE },
		);

		expect(outcome).toMatchObject({ ok: true });
		expect(urls).toEqual(['http://10.0.0.5:8080/files/a', 'http://minio:9000/a']);
	});

	test('are let go unread', async () => {
		const moved = redirect('/b');
		await fetchOnce((_url, number) => (number === 0 ? moved : answerOf(200)));

		expect((moved.body as Readable).destroyed).toBe(true);
		expect((moved.body as Readable).readableDidRead).toBe(false);
	});

	test('without an address are told by their status', async () => {
		const { outcome } = await fetchOnce(() => redirect(undefined, 304));

		expect(outcome).toEqual(failure('http304', 'HTTP status 304, moved'));
	});
});

describe('an answer that is no file', () => {
	test('is told with its words', async () => {
		const { outcome } = await fetchOnce(() => answerOf(503, '<h1>Busy</h1>'));

		expect(outcome).toEqual(failure('http503', 'HTTP status 503, Busy'));
	});

	test('is told by its status alone where it has no words, breaks off, or is a long page', async () => {
		const bodies = [
			() => '',
			() => brokenBody('Bus', new Error('aborted')),
			() => Buffer.alloc(65 * 1024, 'A'),
		];

		for (const body of bodies) {
			const { outcome } = await fetchOnce(() => answerOf(503, body()));
			expect(outcome).toEqual(failure('http503', 'HTTP status 503'));
		}
	});

	test('of a private host is let go unread', async () => {
		const answer = answerOf(403, 'the secret of the house');
		const { outcome } = await fetchOnce(() => answer, { link: `${INSIDE}/a`, api: INSIDE });

		expect(outcome).toEqual(failure('http403', 'HTTP status 403'));
		expect((answer.body as Readable).readableDidRead).toBe(false);
		expect((answer.body as Readable).destroyed).toBe(true);
	});

	test('of a private host that a redirect leads to is let go unread too', async () => {
		const { outcome } = await fetchOnce(
			(_url, number) => (number === 0 ? redirect('http://minio:9000/a') : answerOf(500, 'secret')),
			{ link: 'https://images.example.com/a', api: INSIDE },
		);

		expect(outcome).toEqual(failure('http500', 'HTTP status 500'));
	});
});

test('a file that is announced as too large is not read', async () => {
	const answer = answerOf(200, 'a picture', {
		'content-length': String(MAX_DOWNLOAD_MB * MEGABYTE + 1),
	});
	const { outcome } = await fetchOnce(() => answer);

	expect(outcome).toEqual(failure('tooLarge'));
	expect((answer.body as Readable).readableDidRead).toBe(false);
});

test.each(['1e3', '-5', '0x10', '9'.repeat(400), ' 7'])(
	'the announced length "%s" is none, and the file is read all the same',
	async (length) => {
		const { outcome } = await fetchOnce(() =>
			answerOf(200, 'a picture', { 'content-length': length }),
		);

		expect(outcome).toMatchObject({ ok: true });
	},
);

describe('memory', () => {
	const CHUNK = 64 * 1024;

	/** Bodies that count what they have handed over and what nobody has let go yet. */
	class Held {
		now = 0;

		peak = 0;

		take(): void {
			this.now += CHUNK;
			this.peak = Math.max(this.peak, this.now);
		}
	}

	/** Fetches files of a size at the same time, within a budget, each used for a while. */
	async function fetchMany(count: number, bytes: number, budget: number, announced?: number) {
		const held = new Held();
		const { context } = hosts(() => {
			const parts = function* () {
				for (let left = bytes; left > 0; left -= CHUNK) {
					held.take();
					yield Buffer.alloc(CHUNK);
				}
			};
			const headers = announced === undefined ? {} : { 'content-length': String(announced) };
			return answerOf(200, Readable.from(parts()), headers);
		});
		const memory = new Semaphore(budget);
		const files = new FileFetcher(context, { memory, api: new URL(PUBLIC) });
		const sizes: number[] = [];
		const use: Use<undefined> = async ({ length }) => {
			for (let turns = 0; turns < 20; turns++) await turn();
			sizes.push(length);
			held.now -= length;
			return { ok: true, value: undefined };
		};
		const ended = new AbortController().signal;
		await Promise.all(
			Array.from({ length: count }, async () => {
				await files.fetch(LINK, Date.now() + 60_000, ended, use);
			}),
		);
		expect(sizes).toEqual(Array.from({ length: count }, () => bytes));
		return held.peak;
	}

	/** Each stream reads a little ahead, and what has come is there before room is asked for. */
	const AHEAD = 3 * CHUNK;

	test.each([
		['that announce little and unpack to much', 60_000],
		['that announce nothing', undefined],
	])('of files %s is never more than the budget and the oldest file', async (_name, announced) => {
		const peak = await fetchMany(8, 3 * MEGABYTE, 4 * MEGABYTE, announced);

		expect(peak).toBeLessThanOrEqual(4 * MEGABYTE + 3 * MEGABYTE + 8 * AHEAD);
	});

	test('is used by several files at a time where they fit', async () => {
		const peak = await fetchMany(8, MEGABYTE, 4 * MEGABYTE, MEGABYTE);

		expect(peak).toBeGreaterThanOrEqual(3 * MEGABYTE);
		expect(peak).toBeLessThanOrEqual(4 * MEGABYTE + AHEAD);
	});

	test('of files that are larger than all of it is taken by one after the other', async () => {
		const peak = await fetchMany(3, 6 * MEGABYTE, 4 * MEGABYTE, 6 * MEGABYTE);

		expect(peak).toBeLessThanOrEqual(6 * MEGABYTE + AHEAD);
	});

	test('is free again after a download that broke off, and after a use that threw', async () => {
		const { context } = hosts((_url, number) =>
			answerOf(200, number === 0 ? brokenBody('a pic', new Error('aborted')) : 'a picture', {
				'content-length': '9',
			}),
		);
		const memory = new Semaphore(9);
		const files = new FileFetcher(context, { memory, api: new URL(PUBLIC) });
		const ended = new AbortController().signal;
		const fetch = async (use: Use<string> = toText) =>
			await files.fetch(LINK, Date.now() + 60_000, ended, use);
		const broken = await fetch();
		const thrown = await fetch(async () => await Promise.reject(new Error('n8n is gone')));

		expect([broken.ok, thrown.ok]).toEqual([false, false]);
		expect(await fetch()).toMatchObject({ ok: true, value: { value: 'a picture' } });
	});
});

describe('tries of a download', () => {
	/** Downloads a link; only 404 is worth another try. */
	function start(host: Host, maxRetries = 3) {
		const { context, asked } = hosts(host);
		const clock = new FakeClock();
		const stop = new AbortController();
		const downloader = new Downloader(context, {
			memory: new Semaphore(MEGABYTE),
			api: new URL(PUBLIC),
			signal: stop.signal,
			isWorthRetrying: ({ code }) => code === 'http404',
			clock,
		});
		const { send } = parametersOf({ send: { maxRetries } });
		return { outcome: downloader.fetch(LINK, send, toText), clock, stop, asked };
	}

	test('are made until one works', async () => {
		const { outcome, clock, asked } = start((_url, number) =>
			number < 2 ? answerOf(404) : answerOf(200, 'a picture'),
		);
		await clock.advance(10_000);

		expect(await outcome).toMatchObject({ ok: true });
		expect(asked).toHaveLength(3);
	});

	test('end after Max Retries more', async () => {
		const { outcome, clock, asked } = start(() => answerOf(404), 2);
		await clock.advance(30_000);

		expect(await outcome).toEqual(failure('http404', 'HTTP status 404'));
		expect(asked).toHaveLength(3);
	});

	test('are one where another makes no sense', async () => {
		const { outcome, asked } = start(() => answerOf(403));

		expect(await outcome).toMatchObject({ failure: { code: 'http403' } });
		expect(asked).toHaveLength(1);
	});

	test('end with the reason of a stop while the next one is waited for', async () => {
		const { outcome, clock, stop, asked } = start(() => answerOf(404));
		await clock.advance(0);
		const reason = new Error('stopped');
		stop.abort(reason);

		await expect(outcome).rejects.toBe(reason);
		expect(asked).toHaveLength(1);
		expect(clock.pending).toBe(0);
	});
});
