import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import fc from 'fast-check';
import type { IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { executeFunctions } from '../support/httpHelpers';
import { sources } from '../support/node';
import type { Recorder } from '../support/recorder';
import { startRecorder } from '../support/recorder';

const TYPE = 'miniMaxImageApi';
const HOME = 'http://minimax.example';
const KEY = 'sk-of-the-test';
const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'];

// n8n's HTTP client sends everything to the operator's proxy. It is the witness of where each request really goes,
// whatever its host, and no name has to be looked up.
let proxy: Recorder;
let context: IExecuteFunctions;
const before = { ...process.env };
beforeAll(async () => {
	proxy = await startRecorder();
	for (const name of PROXIES) {
		Reflect.deleteProperty(process.env, name);
		Reflect.deleteProperty(process.env, name.toUpperCase());
	}
	Object.assign(process.env, { http_proxy: proxy.url, https_proxy: proxy.url });
	context = executeFunctions(sources, TYPE, { apiKey: KEY, region: 'custom', baseUrl: HOME });
});
afterEach(() => proxy.reset());
afterAll(async () => {
	for (const name of PROXIES) Reflect.deleteProperty(process.env, name);
	Object.assign(process.env, before);
	await proxy.close();
});

type Helper = 'request' | 'httpRequest';

/** Sends with the credential, and returns the words of a refusal. */
async function sendWithKey(helper: Helper, options: object): Promise<string | undefined> {
	const { requestWithAuthentication, httpRequestWithAuthentication } = context.helpers;
	const sent =
		helper === 'request'
			? requestWithAuthentication.call(context, TYPE, { ...options })
			: httpRequestWithAuthentication.call(context, TYPE, { ...options } as IHttpRequestOptions);
	return await sent.then(
		() => undefined,
		(error: Error) => error.message,
	);
}

/** Sends without a credential, as n8n's HTTP client does by itself. */
async function sendPlain(helper: Helper, options: object): Promise<void> {
	const { request, httpRequest } = context.helpers;
	await (helper === 'request'
		? request({ ...options })
		: httpRequest({ ...options } as IHttpRequestOptions));
}

const pick = (...values: string[]) => fc.constantFrom(...values);

/** The plain part in half of all cases, so that a good share of whole addresses leads home. */
const mostly = (plain: string, ...odd: string[]) =>
	fc.oneof(
		{ weight: odd.length, arbitrary: fc.constant(plain) },
		{ weight: odd.length, arbitrary: pick(...odd) },
	);

const address = fc
	.tuple(
		mostly('http:', 'HTTP:', 'https:', 'ht\ntp:', '\thttp:', 'file:', 'data:', ''),
		mostly('//', '/', '', '\\\\', '///', '/\\', '/\t/', ' //'),
		mostly('', 'u@', 'u:p@', 'minimax.example@', 'minimax.example:80@', '@'),
		mostly(
			'minimax.example',
			...['MiniMax.EXAMPLE', 'minimax。example', 'minimax.ex\tample'],
			...['minimax%2Eexample', 'minimax.example.', 'mınımax.example', 'xn--minmax-cza.example'],
			...['evil.example', 'minimax.example.evil.example', 'evil-minimax.example', ''],
			...['127.0.0.1', '0x7f.1', '[::1]', 'v1'],
		),
		mostly('', ':80', ':00080', ':', ':8080', ':443', ':x'),
		pick(
			...['', '/', '/v1/files/list', '?a=1', '#@evil.example', '\\@evil.example', '@evil.example'],
			...['/..//evil.example', ' /v1', '/\n/evil.example', '/%2e%2e/', '/v1?u=http://evil.example'],
		),
	)
	.map((parts) => parts.join(''));

/** Text, or a URL object where it is one. */
const given = fc
	.tuple(address, fc.boolean())
	.map(([text, asUrl]) => (asUrl && URL.canParse(text) ? new URL(text) : text));
const base = fc.oneof(given, fc.constantFrom(HOME, `${HOME}/`, `${HOME}/v1`, 'http:', ''));

const redirects = {
	followRedirect: fc.boolean(),
	followAllRedirects: fc.boolean(),
	sendCredentialsOnCrossOriginRedirect: fc.boolean(),
};
const anyRequest = fc.oneof(
	fc.record({ url: given, ...redirects }),
	fc.record({ uri: given, ...redirects }),
	fc.record(
		{
			url: given,
			uri: given,
			baseURL: base,
			baseUrl: base,
			...redirects,
		},
		{ requiredKeys: [] },
	),
);

const helper = fc.constantFrom<Helper>('request', 'httpRequest');

test('whatever names the address, the key arrives at its host or the request is refused and nothing leaves', async () => {
	let arrived = 0;
	await fc.assert(
		fc.asyncProperty(helper, anyRequest, async (name, request) => {
			proxy.reset();

			const refusal = await sendWithKey(name, request);

			expect(proxy.tunnels).toEqual([]);
			if (refusal === undefined) {
				arrived += 1;
				expect(proxy.requests).toHaveLength(1);
				expect(new URL(proxy.requests[0]?.url ?? '').origin).toBe(HOME);
				expect(proxy.requests[0]?.authorization).toBe(`Bearer ${KEY}`);
			} else {
				expect(proxy.requests).toEqual([]);
				expect(refusal).toMatch(/^This credential is for http:\/\/minimax\.example only\./);
			}
		}),
		{ numRuns: 600 },
	);
	// Refusing everything would be safe too.
	expect(arrived).toBeGreaterThan(10);
});

const innocent = fc.record({
	host: pick('http://minimax.example', 'HTTP://MiniMax.Example', 'http://minimax.example:80'),
	path: pick('/v1/files/list', '/v1/files/list?a=1&b=%20', '/v1', '/a//b/../c', '/ü?q=ü'),
	form: pick('url', 'uri', 'URL object', 'path', 'path without slash'),
	slash: pick('', '/'),
});

test('a plain address of its host arrives where n8n sends it without a credential', async () => {
	await fc.assert(
		fc.asyncProperty(helper, innocent, async (name, { host, path, form, slash }) => {
			proxy.reset();
			const field = name === 'request' && form === 'uri' ? 'uri' : 'url';
			const relative = form === 'path' ? path : path.slice(1);
			const request = form.startsWith('path')
				? { [field]: relative, baseURL: host + slash }
				: { [field]: form === 'URL object' ? new URL(host + path) : host + path };

			await sendPlain(name, name === 'httpRequest' ? asText(request) : request);
			const refusal = await sendWithKey(name, request);

			expect(refusal).toBeUndefined();
			const [plain, withKey] = proxy.requests;
			expect(proxy.requests).toHaveLength(2);
			expect(withKey).toEqual({ ...plain, authorization: `Bearer ${KEY}` });
		}),
		{ numRuns: 150 },
	);
});

/** n8n's current helper knows text alone. */
const asText = (request: Record<string, unknown>) =>
	Object.fromEntries(Object.entries(request).map(([name, value]) => [name, String(value)]));

test.each<Helper>(['request', 'httpRequest'])(
	'%s: no redirect takes the key along, not even to the same host',
	async (name) => {
		const targets = [
			'http://evil.example/',
			'http://sub.minimax.example/',
			'https://minimax.example/',
		];
		for (const location of [...targets, `${HOME}:8080/`, `${HOME}/there`]) {
			for (const method of ['GET', 'POST']) {
				proxy.reset();
				proxy.answer = () => ({ status: 307, headers: { location } });

				const refusal = await sendWithKey(name, {
					method,
					url: `${HOME}/v1`,
					followAllRedirects: true,
					maxRedirects: 5,
					sendCredentialsOnCrossOriginRedirect: true,
				});

				expect(refusal).toContain('307');
				expect(proxy.requests).toHaveLength(1);
				expect(proxy.tunnels).toEqual([]);
			}
		}
	},
);

describe('the Host header', () => {
	/** What arrives in the lines of requests, as it was sent. */
	const arrived: { hosts: string[]; keys: string[] }[] = [];
	const server = createServer(({ rawHeaders }, response) => {
		const named = (name: string) =>
			rawHeaders.filter(
				(_, index) => index % 2 === 1 && rawHeaders[index - 1]?.trim().toLowerCase() === name,
			);
		arrived.push({ hosts: named('host'), keys: named('authorization') });
		response.end('{}');
	});
	let host: string;
	let direct: IExecuteFunctions;
	beforeAll(async () => {
		await once(server.listen(0, '127.0.0.1'), 'listening');
		host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
		direct = executeFunctions(sources, TYPE, {
			apiKey: KEY,
			region: 'custom',
			baseUrl: `http://${host}`,
		});
		process.env.no_proxy = '127.0.0.1';
	});
	beforeEach(() => {
		arrived.length = 0;
	});
	afterAll(async () => {
		Reflect.deleteProperty(process.env, 'no_proxy');
		server.closeAllConnections();
		await new Promise((closed) => server.close(closed));
	});

	const send = async (name: Helper, options: object) => {
		const { requestWithAuthentication, httpRequestWithAuthentication } = direct.helpers;
		await (name === 'request'
			? requestWithAuthentication.call(direct, TYPE, { ...options })
			: httpRequestWithAuthentication.call(direct, TYPE, { ...options } as IHttpRequestOptions));
	};

	const EVIL = 'evil.example';

	test.each<[names: string, headers: () => Record<string, unknown>]>([
		['with a blank after it', () => ({ 'Host ': EVIL })],
		['with a blank before it', () => ({ ' host': EVIL })],
		['with a tab and a line', () => ({ '\tHOST\n': EVIL })],
		['of two spellings', () => ({ Host: host, host: EVIL })],
		['of two spellings, and a blank', () => ({ host, 'Host ': EVIL, ' HOST ': EVIL })],
		['as a list', () => ({ Host: [host, EVIL] })],
		['among the headers of a method', () => ({ post: { Host: EVIL }, common: { Host: EVIL } })],
	])('is that of the address, whatever the caller sends: %s', async (_, headers) => {
		for (const name of ['request', 'httpRequest'] as const) {
			for (const method of ['GET', 'POST']) {
				const others = { 'Authorization ': 'Bearer other', authorization: 'Bearer other' };
				await send(name, { method, url: '/v1', headers: { ...headers(), ...others } });
			}
		}

		const expected = { hosts: [host], keys: [`Bearer ${KEY}`] };
		expect(arrived).toEqual([expected, expected, expected, expected]);
	});

	test('with a control character in its name ends the request before anything is sent', async () => {
		for (const name of ['request', 'httpRequest'] as const) {
			const headers = { 'Host\u0000': EVIL };

			const words = await send(name, { url: '/v1', headers }).then(
				() => 'sent',
				(error: Error) => error.message,
			);

			expect(words).not.toBe('sent');
			expect(words).not.toContain(KEY);
		}
		expect(arrived).toEqual([]);
	});
});
