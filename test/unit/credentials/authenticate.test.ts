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
	const headers = { authorization: 'Bearer other', AUTHORIZATION: 'Basic x', 'x-a': '1' };

	expect((await authenticate({ url: HOME, headers })).headers).toEqual({
		'x-a': '1',
		Authorization: 'Bearer sk-1',
	});
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
	[{ headers: { Host: 'evil.example' } }, 'a Host header for another host'],
	[{ headers: { hOST: 'evil.example' } }, 'a Host header for another host'],
	[{ agentOptions: { host: 'evil.example' } }, 'a connection that leads elsewhere'],
	[{ agentOptions: { socketPath: '/evil' } }, 'a connection that leads elsewhere'],
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

test('what cannot be used is refused in plain words', async () => {
	const url = `${HOME}/v1/files/list`;

	await expect(authenticate({ url }, { ...KEY, apiKey: '' })).rejects.toThrow('API Key is empty');
	const nowhere = { region: 'custom', baseUrl: 'nowhere', apiKey: 'sk-1' };
	await expect(authenticate({ url }, nowhere)).rejects.toThrow(
		'Base URL "nowhere" is not a web address',
	);
});
