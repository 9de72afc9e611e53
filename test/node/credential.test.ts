import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Sandbox } from '../sandbox';
import { startSandbox } from '../sandbox';
import { sandboxCredential } from '../support/account';
import { testCredential } from '../support/credentialTester';
import { engineHas, testWhere } from '../support/features';
import { sources } from '../support/node';

let sandbox: Sandbox;
beforeAll(async () => {
	sandbox = await startSandbox();
});
afterAll(async () => await sandbox.close());

const check = async (more: ICredentialDataDecryptedObject = {}) =>
	await testCredential(sources, 'miniMaxImageApi', { ...sandboxCredential(sandbox), ...more });

test('a good key passes, and nothing is charged', async () => {
	expect(await check()).toEqual({ status: 'OK', message: 'Connection successful!' });
	expect(sandbox.paidImages).toBe(0);
});

test.each(['', '/', '/v1', '/v1/'])('Base URL may end in "%s"', async (end) => {
	expect(await check({ baseUrl: sandbox.url + end })).toMatchObject({ status: 'OK' });
});

test('white space around the key is forgiven', async () => {
	expect(await check({ apiKey: ` ${sandbox.key}\n` })).toMatchObject({ status: 'OK' });
});

async function refusesKey(badKeyAnswer: Sandbox['badKeyAnswer']) {
	sandbox.badKeyAnswer = badKeyAnswer;

	const { status, message } = await check({ apiKey: 'wrong' });

	expect(status).toBe('Error');
	expect(message).toContain('MiniMax did not accept this API key');
	expect(message).toContain('The most likely cause is the Region');
	expect(message).toContain('Global are issued at platform.minimax.io');
	expect(message).toContain('China Mainland at platform.minimaxi.com');
}

test.each(['2049', '1004'] as const)(
	'a bad key (%s) fails, and the words name the region',
	refusesKey,
);

testWhere('causes')('a bad key (401) fails, and the words name the region', () =>
	refusesKey('401'),
);

testWhere('causes').each([
	['http://127.0.0.1:1', 'ECONNREFUSED'],
	['http://nowhere.invalid', 'ENOTFOUND'],
])("a host that cannot be reached (%s) fails with n8n's word for it", async (baseUrl, message) => {
	expect(await check({ baseUrl })).toEqual({ status: 'Error', message });
});

test.each<[ICredentialDataDecryptedObject, string]>([
	[
		{ baseUrl: 'gateway' },
		'Base URL "gateway" is not a web address. It must start with https:// or http://',
	],
	[{ baseUrl: 'ftp://example.com' }, 'Base URL "ftp://example.com" is not a web address'],
	[{ baseUrl: '' }, 'Base URL is empty. Enter the address of your gateway'],
	[{ apiKey: '' }, 'API Key is empty. Enter the key'],
])('%j is refused in plain words', async (wrong, words) => {
	const { status, message } = await check(wrong);

	expect(status).toBe('Error');
	expect(message).toContain(words);
});

test('a web page and a redirect fail in plain words, and the key follows no redirect', async () => {
	const keys: (string | undefined)[] = [];
	const host = createServer(({ url, headers }, response) => {
		if (url?.startsWith('/moved/')) {
			response.writeHead(302, { location: '/elsewhere' }).end();
			return;
		}
		keys.push(headers.authorization);
		response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
	});
	await once(host.listen(0, '127.0.0.1'), 'listening');
	const baseUrl = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;

	const moved = await check({ baseUrl: `${baseUrl}/moved` });
	expect(keys).toEqual([]);
	const page = await check({ baseUrl });
	host.closeAllConnections();
	host.close();

	expect(moved.status).toBe('Error');
	if (engineHas('causes')) expect(moved.message).toContain('never sent along a redirect');
	expect(page.message).toContain('answers with a web page, not like the MiniMax API');
});

test('each region leads to its host', () => {
	const { test: request, properties } = sources.credentials.miniMaxImageApi ?? {};
	const options = properties?.find(({ name }) => name === 'region')?.options;

	expect(options?.map((option) => 'value' in option && option.value)).toEqual([
		'global',
		'china',
		'chinaNew',
		'custom',
	]);
	for (const host of [
		'https://api.minimax.io',
		'https://api.minimaxi.com',
		'https://api.minimax.cn',
	]) {
		expect(request?.request.baseURL).toContain(host);
	}
});
