import type { IHttpRequestOptions } from 'n8n-workflow';

import { MiniMaxImageApi } from '../../../credentials/MiniMaxImageApi.credentials';
import { resolveApiKey } from '../../../credentials/apiKey';
import { resolveDestination } from '../../../credentials/destination';
import { withoutInvisible } from '../../../credentials/invisible';
import { quoted, stripEnds } from '../../../credentials/pasted';
import { isMiniMaxHost, regionName, resolveBaseUrl } from '../../../credentials/regions';
import { wordsForNoAnswer } from '../../../credentials/verdict';

const MAX_KEY = 4_096;
const MAX_BASE_URL = 2_048;
const MAX_ADDRESS = 8_192;

/** One unit over and over, between a start and an end, of exactly this length. */
const fill = (length: number, unit: string, start = '', end = '') => {
	const gap = length - start.length - end.length;
	return start + unit.repeat(Math.ceil(gap / unit.length)).slice(0, gap) + end;
};

/** What a function returns, or the words with which it refuses. The fastest of three tries is fast. */
function swiftly<T>(call: () => T): T | string {
	let best = Infinity;
	let result: T | string = '';
	for (let attempt = 0; attempt < 3; attempt += 1) {
		const start = performance.now();
		try {
			result = call();
		} catch (error) {
			result = (error as Error).message;
		}
		best = Math.min(best, performance.now() - start);
		if (best < 50) return result;
	}
	throw new Error(`takes ${Math.round(best)} ms`);
}

const EMPTY = /^API Key is empty\./;
const ODD = /^API Key holds a space or another character/;
const QUOTED = /^API Key holds quotes/;
const SHORTENED = /^API Key holds the shortened form/;

test.each([
	['"', '', '', EMPTY],
	['"', 'a', 'a', QUOTED],
	['"', '', 'sk-1', /^sk-1$/],
	['"', 'sk-1', '', /^sk-1$/],
	['",;', 'sk-1', '', /^sk-1$/],
	['`', 'x', ',,x', QUOTED],
	['“', '', '', EMPTY],
	[',', '', 'x', /^,+x$/],
	[';', 'x', '"x', QUOTED],
	[' ', '', '', EMPTY],
	[' ', 'a', 'a', ODD],
	[' ', 'bearer', 'a', /^a$/],
	['\t', 'export', '=', ODD],
	[' ', 'a', '=', ODD],
	['bearer ', '', 'a', /^a$/],
	['bearer:', '', 'a', /^a$/],
	['A=', '', 'a', /^A?a$/],
	['KEY="', '', 'a', /^a$/],
	['export ', '', '', ODD],
	['$env:', '', 'a', /^(\$env:)+\$?a$/],
	['a', '', '=', /^a+=$/],
	['-', 'a', '!', /^a-+!$/],
	['\u200b', 'a', 'b', /^ab$/],
	['*', '', '', SHORTENED],
	['.', '', '', SHORTENED],
	['ü', '', '', ODD],
])(
	'a key of 4,096 characters, %j over and over between %j and %j, is read at once',
	(unit, start, end, expected) => {
		const apiKey = fill(MAX_KEY, unit, start, end);

		expect(swiftly(() => resolveApiKey({ apiKey }))).toMatch(expected);
	},
);

test('a key above 4,096 characters is refused in words that do not repeat it', () => {
	const apiKey = fill(MAX_KEY + 1, 'sk-secret-');

	expect(swiftly(() => resolveApiKey({ apiKey }))).toBe(
		'API Key is longer than 4,096 characters. Copy it again, and nothing else.',
	);
	expect(resolveApiKey({ apiKey: apiKey.slice(1) })).toBe(apiKey.slice(1));
});

test('a million quotes are refused at once', () => {
	const apiKey = '"'.repeat(1_000_000);

	expect(swiftly(() => resolveApiKey({ apiKey }))).toMatch(/^API Key is longer than/);
});

const HOST = 'https://a.example';
const NO_ADDRESS = /^Base URL .* is not a web address\./;

test.each([
	['/', HOST, '', /^https:\/\/a\.example$/],
	['/', `${HOST}/`, 'x', /^https:\/\/a\.example\/x$/],
	['/', `${HOST}/x`, 'x', /^https:\/\/a\.example\/x\/+x$/],
	['/', `${HOST}/v1/x`, 'x', /^https:\/\/a\.example\/v1\/x\/+x$/],
	['/v1', HOST, '', /^https:\/\/a\.example$/],
	['/v1', HOST, '/x', /^https:\/\/a\.example(\/v1)+.*\/x$/],
	['/v1/text/chatcompletion_v2', HOST, '/v1', /^https:\/\/a\.example$/],
	['?', HOST, '', /^Base URL must not hold a query/],
	['/anthropic', HOST, '/x', /^https:\/\/a\.example(\/anthropic)+.*\/x$/],
	['/anthropic', HOST, '/anthropic', /^Base URL ends in \/anthropic/],
	['/', `${HOST}/anthropic`, '', /^Base URL ends in \/anthropic/],
	['//v1//', HOST, 'v1', /^https:\/\/a\.example$/],
	['/..', HOST, '', /^https:\/\/a\.example$/],
	['\\', HOST, '', /^https:\/\/a\.example$/],
	['"', '', HOST, /^https:\/\/a\.example$/],
	['"', HOST, '', /^https:\/\/a\.example$/],
	['"', 'x', 'x', NO_ADDRESS],
	['>', HOST, '', /^https:\/\/a\.example$/],
	['<', '', '', /^Base URL is empty\./],
	[' ', 'x', 'x', NO_ADDRESS],
	['@', HOST, '', /^Base URL is not a web address\./],
	['a.', 'https://', 'example', /^https:\/\/(a\.)+aexample$/],
	['-', 'https://', '.example', /^https:\/\/-+\.example$/],
	['ü', `${HOST}/`, '', /^https:\/\/a\.example\/(%C3%BC)+$/],
	['sk-', '', '', /^Base URL is not a web address\./],
])(
	'a Base URL of 2,048 characters, %j over and over between %j and %j, is read at once',
	(unit, start, end, expected) => {
		const baseUrl = fill(MAX_BASE_URL, unit, start, end);

		expect(swiftly(() => resolveBaseUrl({ region: 'custom', baseUrl }))).toMatch(expected);
	},
);

test('a Base URL above 2,048 characters is refused in words that do not repeat it', () => {
	const baseUrl = fill(MAX_BASE_URL + 1, 'a', `${HOST}/`);

	expect(swiftly(() => resolveBaseUrl({ region: 'custom', baseUrl }))).toBe(
		'Base URL is longer than 2,048 characters. Copy it again, and nothing else.',
	);
	expect(resolveBaseUrl({ region: 'custom', baseUrl: baseUrl.slice(0, -1) })).toBe(
		baseUrl.slice(0, -1),
	);
	expect(resolveBaseUrl({ region: 'global', baseUrl })).toBe('https://api.minimax.io');
});

test('words on a Base URL repeat 200 characters of it at most, and nothing that renders as HTML', () => {
	const words = swiftly(() =>
		resolveBaseUrl({ region: 'custom', baseUrl: fill(MAX_BASE_URL, 'a', '<<b>x</b>') }),
	);

	expect(words).toContain('Base URL "b›x‹/b›aaa');
	expect(words.length).toBeLessThan(350);
});

const REFUSED = /^This credential is for https:\/\/a\.example only\. Its key is not sent to .+\.$/s;

test.each([
	['/', HOST, '', REFUSED],
	['/', `${HOST}/v1`, '', /^https:\/\/a\.example\/v1\/+$/],
	['/', '', '', REFUSED],
	['/', '', 'evil.example', REFUSED],
	['\\', '', '', REFUSED],
	['/..', HOST, '', /^https:\/\/a\.example\/$/],
	['../', '', '', /^https:\/\/a\.example\//],
	['a', '', '', /^https:\/\/a\.example\/a+$/],
	['a', '', ':', REFUSED],
	['a+-.', '', '//x', /^https:\/\/a\.example\/|^This credential/],
	[' ', `${HOST}/`, 'x', /^https:\/\/a\.example\/(%20)+x$/],
	[' ', '', '', /is not sent to a request without an address\.$/],
	['@', HOST, '', REFUSED],
	[':', '', '', /^https:\/\/a\.example\/:+$/],
	['?', HOST, '', /^https:\/\/a\.example\/\?+$/],
	['#', HOST, '', /^https:\/\/a\.example\/#+$/],
	['%', '', '', /^https:\/\/a\.example\/%+$/],
	['a.', 'https://', 'example', REFUSED],
	['\t\n', HOST, '/v1', /^https:\/\/a\.example\/v1$/],
	['😀', `${HOST}/`, '', /^https:\/\/a\.example\/%F0/],
])(
	'an address of 8,192 characters, %j over and over between %j and %j, is judged at once',
	(unit, start, end, expected) => {
		const url = fill(MAX_ADDRESS, unit, start, end);
		for (const request of [{ url }, { uri: url }]) {
			const result = swiftly(() => resolveDestination(request, HOST).href);

			expect(result).toMatch(expected);
			if (REFUSED.test(result)) expect(result.length).toBeLessThan(400);
		}
		const asBase = swiftly(() => resolveDestination({ url: '/v1', baseURL: url }, HOST).href);
		expect(asBase).toMatch(/^(https:\/\/a\.example\/|This credential is for )/);
	},
);

test.each([
	[{ url: fill(MAX_ADDRESS + 1, 'a', `${HOST}/`) }],
	[{ url: '/v1', baseURL: fill(MAX_ADDRESS + 1, ' ', HOST) }],
	[{ url: { toString: 0 } }],
	[{ uri: ['https://a.example'] }],
	[{ url: 1 }],
	[{ url: Symbol('x') }],
	[{ url: '/v1', baseUrl: { toString: () => HOST } }],
])('an address that is neither short text nor a URL is refused in words', (request) => {
	expect(() => resolveDestination(request, HOST)).toThrow(
		/^This credential is for https:\/\/a\.example only\. Its key is not sent to an address that cannot be read\.$/,
	);
});

test.each([{}, { toString: 0 }, ['sk-1'], true, Symbol('x'), () => 'sk-1', Object.create(null)])(
	'API Key and Base URL that are no text are refused in words',
	(value) => {
		const given = { region: 'custom', apiKey: value as string, baseUrl: value as string };

		expect(() => resolveApiKey(given)).toThrow(
			/^API Key is not text\. Check the expression that it comes from\.$/,
		);
		expect(() => resolveBaseUrl(given)).toThrow(
			/^Base URL is not text\. Check the expression that it comes from\.$/,
		);
	},
);

test('a key that is a number is that key', () => {
	expect(resolveApiKey({ apiKey: 12_345 })).toBe('12345');
});

const LONG = 100_000;

test.each([' ', '"', '.', '/', '\u200b', 'a.', 'minimax.', '.minimax.io', '<', '-', 'ü', '😀'])(
	'every function on text takes %j over and over without trying again and again',
	(unit) => {
		const text = fill(LONG, unit, 'x', 'x');

		expect(swiftly(() => withoutInvisible(text))).toMatch(/^x.*x$/s);
		expect(swiftly(() => stripEnds(text, `x${unit}`, ''))).toBe('');
		expect(swiftly(() => stripEnds(`x${text}`, '', `x${unit}`))).toBe('');
		expect(swiftly(() => quoted(text)).length).toBe(201);
		expect(swiftly(() => isMiniMaxHost(text))).toBe(false);
		expect(swiftly(() => regionName(text))).toBe('Custom');
		expect(String(swiftly(() => wordsForNoAnswer('ENOTFOUND', text))).length).toBeLessThan(400);
	},
);

test('requests with many and long headers are read at once', async () => {
	const headers = Object.fromEntries(
		Array.from({ length: 1_000 }, (_, index) => [fill(2_000, ' ', 'x', `${index}`), 'x']),
	);
	const { authenticate } = new MiniMaxImageApi();
	const request = { url: '/v1', headers: { ...headers, Host: fill(LONG, '/') } };

	let sent: Promise<IHttpRequestOptions> | undefined;
	swiftly(() => (sent = authenticate({ region: 'global', apiKey: 'sk-1' }, request)));

	expect((await sent)?.headers).toEqual({ ...headers, Authorization: 'Bearer sk-1' });
});
