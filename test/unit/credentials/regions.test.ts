import type { IHttpRequestOptions } from 'n8n-workflow';

import { MiniMaxImageApi } from '../../../credentials/MiniMaxImageApi.credentials';
import {
	REGIONS,
	WHERE_KEYS_ARE_ISSUED,
	regionName,
	resolveApiKey,
	resolveBaseUrl,
} from '../../../credentials/regions';

const custom = (baseUrl: string) => ({ region: 'custom', baseUrl });

test.each([
	['global', 'https://api.minimax.io', 'Global'],
	['china', 'https://api.minimaxi.com', 'China Mainland'],
	['chinaNew', 'https://api.minimax.cn', 'China Mainland (New Host)'],
])('the region %s has the host %s, whatever Base URL holds', (region, host, name) => {
	expect(resolveBaseUrl({ region, baseUrl: 'https://evil.example.com' })).toBe(host);
	expect(regionName(region)).toBe(name);
});

test('every region tells where its keys are issued', () => {
	for (const { keysIssuedAt } of REGIONS) expect(WHERE_KEYS_ARE_ISSUED).toContain(keysIssuedAt);
});

test.each([
	['https://gateway.example.com', 'https://gateway.example.com'],
	['https://gateway.example.com/', 'https://gateway.example.com'],
	['https://gateway.example.com///', 'https://gateway.example.com'],
	['https://gateway.example.com/v1', 'https://gateway.example.com'],
	['https://gateway.example.com/v1/', 'https://gateway.example.com'],
	[' https://gateway.example.com\n', 'https://gateway.example.com'],
	['HTTPS://Gateway.Example.com', 'https://gateway.example.com'],
	['https://gateway.example.com:443', 'https://gateway.example.com'],
	['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
	['https://gateway.example.com/minimax', 'https://gateway.example.com/minimax'],
	['https://gateway.example.com/minimax/v1/', 'https://gateway.example.com/minimax'],
	['https://gateway.example.com/v10', 'https://gateway.example.com/v10'],
	['https://gateway.example.com/v1?x=1#y', 'https://gateway.example.com'],
])('the Base URL %j means %s', (given, baseUrl) => {
	expect(resolveBaseUrl(custom(given))).toBe(baseUrl);
});

test.each(['', ' ', undefined, null])('the Base URL %j is empty', (baseUrl) => {
	expect(() => resolveBaseUrl({ region: 'custom', ...(baseUrl !== null && { baseUrl }) })).toThrow(
		'Base URL is empty. Enter the address of your gateway',
	);
});

test.each(['gateway.example.com', 'localhost:8080', 'ftp://example.com', 'https://', '/v1'])(
	'the Base URL %j is no web address',
	(baseUrl) => {
		expect(() => resolveBaseUrl(custom(baseUrl))).toThrow(
			`Base URL "${baseUrl}" is not a web address`,
		);
	},
);

test.each(['https://user@example.com', 'https://user:secret@example.com', 'https://:x@a.example'])(
	'the Base URL %s, which holds a user or a password, is refused without repeating it',
	(baseUrl) => {
		expect(() => resolveBaseUrl(custom(baseUrl))).toThrow(
			/^Base URL must not hold a user name or password\. Only the API Key is sent\.$/,
		);
	},
);

test('a region that does not exist counts as custom', () => {
	expect(resolveBaseUrl({ region: 'moon', baseUrl: 'https://a.example' })).toBe(
		'https://a.example',
	);
	expect(regionName('moon')).toBe('Custom');
});

test('white space around the key is dropped', () => {
	expect(resolveApiKey({ apiKey: ' \tsk-1\n' })).toBe('sk-1');
});

test.each(['', ' \n', undefined])('the key %j is empty', (apiKey) => {
	expect(() => resolveApiKey({ ...(apiKey !== undefined && { apiKey }) })).toThrow(
		'API Key is empty. Enter the key of your MiniMax account.',
	);
});

test.each(['Bearer sk-1', 'sk-1\nsk-2', 'sk–1', 'sk-…', 'sk-\u200b1'])(
	'the key %j is refused in plain words, and not repeated in them',
	(apiKey) => {
		const refusal = () => resolveApiKey({ apiKey });
		expect(refusal).toThrow(/^API Key holds a space or another character that no key has/);
		expect(refusal).not.toThrow(apiKey);
	},
);

describe('authentication', () => {
	const { authenticate } = new MiniMaxImageApi();
	const global = { region: 'global', apiKey: ' sk-1 ' };

	test('adds one header and nothing else, to a copy', async () => {
		const request: IHttpRequestOptions = Object.freeze({
			method: 'POST' as const,
			url: 'https://api.minimax.io/v1/image_generation',
			headers: Object.freeze({ Accept: 'application/json' }),
			body: { prompt: 'a fox' },
		});

		expect(await authenticate(global, request)).toEqual({
			...request,
			headers: { Accept: 'application/json', Authorization: 'Bearer sk-1' },
		});
	});

	test.each([
		{ url: '/v1/files/list' },
		{ url: '/v1/files/list', baseURL: 'https://api.minimax.io' },
		{ url: 'https://api.minimax.io:443/v1/files/list' },
	])('reaches its own host: %j', async (request) => {
		expect((await authenticate(global, request)).headers).toEqual({ Authorization: 'Bearer sk-1' });
	});

	test.each([
		{ url: 'https://api.minimaxi.com/v1/files/list' },
		{ url: 'http://api.minimax.io/v1/files/list' },
		{ url: 'https://api.minimax.io:8443/v1/files/list' },
		{ url: 'https://api.minimax.io.evil.example.com/' },
		{ url: 'https://api.minimax.io@evil.example.com/' },
		{ url: '//evil.example.com/v1' },
		{ url: '/v1/files/list', baseURL: 'https://evil.example.com' },
		{ url: 'https://evil.example.com/', baseURL: 'https://api.minimax.io' },
	])('refuses another host: %j', async (request) => {
		await expect(authenticate(global, request)).rejects.toThrow(
			/^This credential is for https:\/\/api\.minimax\.io only\. Its key is not sent to /,
		);
	});

	test('refuses what it cannot use in plain words', async () => {
		const url = 'https://api.minimax.io/v1/files/list';

		await expect(authenticate({ region: 'global', apiKey: '' }, { url })).rejects.toThrow(
			'API Key is empty',
		);
		await expect(authenticate({ ...custom('nowhere'), apiKey: 'sk-1' }, { url })).rejects.toThrow(
			'Base URL "nowhere" is not a web address',
		);
	});
});
