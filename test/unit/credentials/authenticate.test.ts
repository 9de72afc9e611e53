import type { IHttpRequestOptions } from 'n8n-workflow';

import { MiniMaxImageApi } from '../../../credentials/MiniMaxImageApi.credentials';

const HOME = 'https://api.minimax.io';
const KEY = { region: 'global', apiKey: ' sk-1 ' };

const { authenticate: sign } = new MiniMaxImageApi();

/** Callers can hand over anything; n8n's types know one of its two HTTP helpers. */
const authenticate = async (request: object, credentials = KEY) =>
	await sign(credentials, request as IHttpRequestOptions);

const NO_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
	maxRedirects: 0,
	sendCredentialsOnCrossOriginRedirect: false,
};

test('adds one header to a copy, and forbids redirects', async () => {
	const request = Object.freeze({
		method: 'POST',
		url: `${HOME}/v1/image_generation`,
		headers: Object.freeze({ Accept: 'application/json' }),
		body: { prompt: 'a fox' },
		followRedirect: true,
		followAllRedirects: true,
		maxRedirects: 21,
		sendCredentialsOnCrossOriginRedirect: true,
	});

	expect(await authenticate(request)).toEqual({
		...request,
		...NO_REDIRECTS,
		headers: { Accept: 'application/json', Authorization: 'Bearer sk-1' },
	});
});

test('takes the place of a key that the caller sent, however it is spelt', async () => {
	const headers = {
		authorization: 'Bearer other',
		AUTHORIZATION: 'Basic x',
		'Authorization ': 'Bearer blank',
		'\tauthorization\u00a0': ['Bearer list'],
		'Proxy-Authorization': 'Basic y',
		'x-a': '1',
	};
	const auth = { bearer: 'other', username: 'a', password: 'b' };

	const signed = await authenticate({ url: HOME, headers, auth });

	expect(signed.auth).toBeUndefined();
	expect(signed.headers).toEqual({
		'Proxy-Authorization': 'Basic y',
		'x-a': '1',
		Authorization: 'Bearer sk-1',
	});
});

const HOST = 'api.minimax.io';

test.each<[headers: object, kept: object]>([
	[{ Host: 'evil.example' }, {}],
	[{ hOST: 'evil.example' }, {}],
	[{ 'Host ': 'evil.example' }, {}],
	[{ ' host': 'evil.example' }, {}],
	[{ '\tHost\n': 'evil.example' }, {}],
	[{ '\u00a0Host\ufeff': 'evil.example' }, {}],
	[{ Host: HOST, host: 'evil.example' }, { Host: HOST }],
	[{ Host: 'evil.example', host: HOST }, { host: HOST }],
	[{ Host: HOST, 'host ': 'evil.example', ' HOST': 'evil.example' }, { Host: HOST }],
	[{ Host: [HOST, 'evil.example'] }, {}],
	[{ Host: ['evil.example'] }, {}],
	[{ Host: { toString: 0 } }, {}],
	[{ Host: 1 }, {}],
	[{ Host: '' }, {}],
	[{ Host: `${HOST}.evil.example` }, {}],
	[{ Host: `${HOST}, evil.example` }, {}],
	[{ Host: `${HOST}\r\nHost: evil.example` }, {}],
	[{ Host: 'evil.example@api.minimax.io' }, {}],
	[{ common: { Host: 'evil.example' }, get: { host: 'evil.example' } }, {}],
	[
		{ post: { 'Host ': 'evil.example' }, 'x-a': ['1', '2'], 'x-b': 2 },
		{ 'x-a': ['1', '2'], 'x-b': 2 },
	],
])('of the headers %j only %j go along with the key', async (headers, kept) => {
	const signed = await authenticate({ url: `${HOME}/v1`, headers });

	expect(signed.headers).toEqual({ ...kept, Authorization: 'Bearer sk-1' });
});

test.each([
	[{ url: '/v1/files/list' }, '/v1/files/list'],
	[{ uri: 'v1/files/list' }, '/v1/files/list'],
	[{ url: '/v1/files/list', baseURL: HOME }, '/v1/files/list'],
	[{ url: '/v1/files/list', baseUrl: HOME }, '/v1/files/list'],
	[{ uri: '/files/list', baseURL: `${HOME}/v1/` }, '/v1/files/list'],
	[{ baseURL: HOME }, '/'],
	[{ url: `${HOME}:443/v1/files/list?a=1` }, '/v1/files/list?a=1'],
	[{ uri: 'HTTPS://API.MiniMax.IO/v1' }, '/v1'],
	[{ url: new URL(`${HOME}/v1`) }, '/v1'],
	[{ uri: new URL(`${HOME}/v1`), url: '' }, '/v1'],
	[{ url: `${HOME}/a`, uri: `${HOME}/b` }, '/a'],
	[{ url: 'https://api.minimax。io/v1' }, '/v1'],
	[{ url: ' https://api.mini\tmax.io/v1\n' }, '/v1'],
	[{ url: 'https:\\\\api.minimax.io\\v1' }, '/v1'],
])('%j goes to %s of its own host, as one whole address', async (request, path) => {
	const { url, headers, ...more } = await authenticate(request);

	expect(url).toBe(HOME + path);
	expect(headers).toEqual({ Authorization: 'Bearer sk-1' });
	expect(more).toEqual(NO_REDIRECTS);
});

const EVIL = 'https://evil.example';

test.each([
	{},
	{ url: '' },
	{ url: undefined, uri: null, baseURL: ' ' },
	{ url: 'https://api.minimaxi.com/v1/files/list' },
	{ url: 'http://api.minimax.io/v1/files/list' },
	{ url: 'https://api.minimax.io:8443/v1/files/list' },
	{ url: 'https://api.minimax.io.evil.example/' },
	{ url: 'https://api.minimax.io@evil.example/' },
	{ url: 'https://user:pass@api.minimax.io/' },
	{ url: '//evil.example/v1' },
	{ url: '\\\\evil.example/v1' },
	{ url: '/\\evil.example/v1' },
	{ url: 'https:evil.example' },
	{ url: 'ht\ntps://evil.example' },
	{ url: `${HOME}//evil.example` },
	{ url: `${HOME}/..//evil.example` },
	{ url: '//evil.example', baseURL: `${HOME}/` },
	{ url: 'data:text/plain,x' },
	{ url: 'file:///etc/passwd' },
	{ url: 'http://' },
	{ uri: `${EVIL}/v1` },
	{ uri: new URL(EVIL) },
	{ url: new URL(EVIL) },
	{ url: `${HOME}/v1`, uri: EVIL },
	{ url: EVIL, uri: `${HOME}/v1` },
	{ url: '/v1', baseURL: EVIL },
	{ uri: '/v1', baseURL: new URL(EVIL) },
	{ uri: '/v1', baseUrl: EVIL },
	{ url: '/v1', baseURL: HOME, baseUrl: EVIL },
	{ url: '', baseURL: EVIL },
	{ url: EVIL, baseURL: HOME },
	{ url: '/evil.example', baseURL: 'https:' },
	{ url: '.evil.example', baseURL: HOME.slice(0, -1) },
	{ url: '/v1', baseURL: '/relative' },
])('%j is refused', async (request) => {
	await expect(authenticate(request)).rejects.toThrow(
		/^This credential is for https:\/\/api\.minimax\.io only\. Its key is not sent to .+\.$/,
	);
});

test.each([
	[{ agentOptions: { host: 'evil.example' } }, 'a connection that leads elsewhere'],
	[{ agentOptions: { socketPath: '/evil' } }, 'a connection that leads elsewhere'],
	[{ agentOptions: { socket: {} } }, 'a connection that leads elsewhere'],
	[{ agentOptions: { proxyEnv: { HTTP_PROXY: 'evil' } } }, 'a connection that leads elsewhere'],
	[{ proxy: 'http://evil.example', rejectUnauthorized: false }, 'the proxy of this request'],
	[{ proxy: { host: 'evil.example' }, skipSslCertificateValidation: true }, 'the proxy of this'],
	[{ proxy: 'http://evil.example', agentOptions: { ca: 'evil' } }, 'the proxy of this request'],
])('%j is refused, since somebody on the way would get the key', async (options, words) => {
	await expect(authenticate({ url: `${HOME}/v1`, ...options })).rejects.toThrow(words);
});

test('over plain http, every proxy of a request is refused', async () => {
	const credentials = { region: 'custom', baseUrl: 'http://gateway.example', apiKey: 'sk-1' };
	const request = { uri: 'http://gateway.example/v1', proxy: 'http://proxy.example' };

	await expect(authenticate(request, credentials)).rejects.toThrow('the proxy of this request');
});

test('a tunnel to the checked host, its own name as Host and a client certificate are fine', async () => {
	const url = `${HOME}/v1`;

	expect(await authenticate({ url, proxy: 'http://proxy.example' })).toMatchObject({ url });
	expect(await authenticate({ url, headers: { host: 'api.minimax.io' } })).toMatchObject({ url });
	expect(await authenticate({ url, agentOptions: { cert: 'c', key: 'k' } })).toMatchObject({ url });
});

const AT_GATEWAY = { region: 'custom', baseUrl: 'https://gateway.example', apiKey: 'sk-1' };

test.each([
	{ rejectUnauthorized: false },
	{ skipSslCertificateValidation: true },
	{ agentOptions: { rejectUnauthorized: false, checkServerIdentity: () => undefined } },
	{ agentOptions: { ca: 'evil', secureContext: {}, ciphers: 'aNULL', servername: 'evil.example' } },
])(
	"no option keeps certificates of MiniMax's own hosts from being checked: %j",
	async (options) => {
		const url = `${HOME}/v1`;
		const gateway = 'https://gateway.example/v1';

		expect(await authenticate({ url, ...options })).toEqual(await authenticate({ url }));
		// A company's gateway may have a certificate of its own making.
		expect(await authenticate({ url: gateway, ...options }, AT_GATEWAY)).toMatchObject(options);
	},
);

test('a certificate that the caller shows stays', async () => {
	const agentOptions = { cert: 'c', key: 'k', passphrase: 's' };
	const request = { url: `${HOME}/v1`, agentOptions: { ...agentOptions, ca: 'evil', pfx: 'evil' } };

	expect((await authenticate(request)).agentOptions).toEqual(agentOptions);
});

test.each(['TRACE', 'trace', ' Trace\n'])('the method %j is refused', async (method) => {
	await expect(authenticate({ url: `${HOME}/v1`, method })).rejects.toThrow(
		'The key is not sent with the method TRACE, whose answer repeats it.',
	);
});

test('a method that is no text is refused', async () => {
	for (const method of [['TRACE'], { toString: 0 }, 1]) {
		await expect(authenticate({ url: `${HOME}/v1`, method })).rejects.toThrow(
			'The method of the request is not text.',
		);
	}
});

describe("n8n's cancel signal", () => {
	const { signal } = new AbortController();
	const paid = '/v1/image_generation';

	test.each([
		[{ method: 'POST', url: HOME + paid }, KEY],
		[{ method: 'post', url: paid, baseURL: HOME }, KEY],
		[{ method: 'POST', url: `${HOME}${paid}?GroupId=1` }, KEY],
		[{ method: 'POST', url: `https://gateway.example/ai${paid}` }, AT_GATEWAY],
	])('does not cut what is charged: %j', async (request, credentials) => {
		const signed = await authenticate({ ...request, abortSignal: signal }, credentials);

		expect(signed.abortSignal).toBeUndefined();
	});

	test.each([
		{ url: HOME + paid },
		{ method: 'GET', url: HOME + paid },
		{ method: 'POST', url: `${HOME}/v1/text_to_speech` },
		{ method: 'POST', url: `${HOME}${paid}/x` },
		{ method: 'GET', url: '/v1/files/list', baseURL: HOME },
	])('ends all else: %j', async (request) => {
		const signed = await authenticate({ ...request, abortSignal: signal });

		expect(signed.abortSignal).toBe(signal);
	});
});

test('a Base URL with http for a host of MiniMax leads to https', async () => {
	const credentials = { region: 'custom', baseUrl: 'http://api.minimax.io', apiKey: 'sk-1' };

	expect((await authenticate({ url: '/v1/files/list' }, credentials)).url).toBe(
		`${HOME}/v1/files/list`,
	);
	await expect(authenticate({ url: 'http://api.minimax.io/v1' }, credentials)).rejects.toThrow(
		'Its key is not sent to http://api.minimax.io.',
	);
});

test('the words of a refusal repeat a long address in part', async () => {
	const url = `https://${'a'.repeat(5_000)}.example/`;

	const words = await authenticate({ url }).catch((error: Error) => error.message);

	expect(words).toMatch(/Its key is not sent to https:\/\/a{192}…\.$/);
});

test('what cannot be used is refused in plain words', async () => {
	const url = `${HOME}/v1/files/list`;

	await expect(authenticate({ url }, { ...KEY, apiKey: '' })).rejects.toThrow('API Key is empty');
	const nowhere = { region: 'custom', baseUrl: 'nowhere', apiKey: 'sk-1' };
	await expect(authenticate({ url }, nowhere)).rejects.toThrow(
		'Base URL "nowhere" is not a web address',
	);
});
