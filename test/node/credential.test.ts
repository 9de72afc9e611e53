import type { ICredentialDataDecryptedObject } from 'n8n-workflow';

import type { Sandbox } from '../sandbox';
import { startSandbox } from '../sandbox';
import { sandboxCredential } from '../support/account';
import { testCredential } from '../support/credentialTester';
import { runNode, sources } from '../support/node';
import { startRecorder } from '../support/recorder';
import type { Recorder, RecordedAnswer } from '../support/recorder';

let sandbox: Sandbox;
let gateway: Recorder;
beforeAll(async () => {
	[sandbox, gateway] = await Promise.all([startSandbox(), startRecorder()]);
});
afterEach(() => gateway.reset());
afterAll(async () => {
	await Promise.all([sandbox.close(), gateway.close()]);
});

const check = async (more: ICredentialDataDecryptedObject = {}) =>
	await testCredential(sources, 'miniMaxImageApi', { ...sandboxCredential(sandbox), ...more });

test('a good key passes, and nothing is charged', async () => {
	expect(await check()).toEqual({ status: 'OK', message: 'Connection successful!' });
	expect(sandbox.paidImages).toBe(0);
});

const CONNECTED = { status: 'OK', message: 'Connection successful!' };

test.each([
	(key: string) => ` ${key}\n`,
	(key: string) => `"${key}"`,
	(key: string) => `Bearer ${key}`,
	(key: string) => `export MINIMAX_API_KEY="${key}"`,
	(key: string) => `\u200b${key}\ufeff`,
])('a key as it is pasted passes: %s', async (paste) => {
	expect(await check({ apiKey: paste(sandbox.key) })).toEqual(CONNECTED);
});

test.each(['2049', '1004', '401'] as const)(
	'a bad key (%s) fails, and the words name the region',
	async (badKeyAnswer) => {
		sandbox.badKeyAnswer = badKeyAnswer;

		const { status, message } = await check({ apiKey: 'wrong' });

		expect(status).toBe('Error');
		expect(message).toContain('MiniMax did not accept this API key');
		expect(message).toContain('The most likely cause is the Region');
		expect(message).toContain('Global are issued at platform.minimax.io');
		expect(message).toContain('China Mainland at platform.minimaxi.com');
	},
);

const atGateway = async (answer: RecordedAnswer, more: ICredentialDataDecryptedObject = {}) => {
	gateway.answer = () => answer;
	return await check({ baseUrl: gateway.url, ...more });
};

test.each([
	[404, { error: 'not found' }],
	[404, '<!DOCTYPE html><pre>Cannot GET /v1/files/list</pre>'],
	[405, ''],
	[501, ''],
])('a gateway without the file list is not red: HTTP %i %j', async (status, body) => {
	expect(await atGateway({ status, body }, { apiKey: 'sk-cp-plan' })).toEqual(CONNECTED);
});

test('a plan key is sent as it is, and a plan that lacks the file list is not red', async () => {
	const body = { base_resp: { status_code: 2061, status_msg: 'not in your plan' } };

	expect(await atGateway({ body }, { apiKey: 'sk-cp-plan' })).toEqual(CONNECTED);
	expect(gateway.requests.map(({ authorization }) => authorization)).toEqual(
		gateway.requests.map(() => 'Bearer sk-cp-plan'),
	);
});

test.each<[RecordedAnswer, string]>([
	[{ body: '<html>Welcome</html>' }, 'answers with a web page, not like the MiniMax API'],
	[{ status: 401, body: {} }, 'MiniMax did not accept this API key'],
	[{ status: 402 }, 'its balance or its credits are used up'],
	[{ status: 403, body: '<html></html>' }, 'forbids this key, or this network'],
	[{ status: 407 }, 'asks for a password'],
	[{ status: 418 }, 'with HTTP 418. Check Region and Base URL.'],
	[{ status: 429 }, 'Test it again in a minute'],
	[{ status: 500 }, 'has a problem of its own'],
	[{ status: 529 }, 'has a problem of its own'],
])('the answer %j fails in plain words', async (answer, words) => {
	expect(await atGateway(answer)).toEqual({
		status: 'Error',
		message: expect.stringContaining(words),
	});
});

test('a redirect fails in plain words, and the key does not follow it', async () => {
	const moved = await atGateway({ status: 302, headers: { location: '/elsewhere' } });

	expect(moved.status).toBe('Error');
	expect(moved.message).toContain('never sent along a redirect');
	expect(gateway.requests.map(({ url }) => url)).toEqual(['/v1/files/list?purpose=voice_clone']);
});

test.each([
	['http://127.0.0.1:1', '127.0.0.1:1 cannot be reached. Nothing listens at that address.'],
	['http://nowhere.invalid', 'nowhere.invalid cannot be reached. There is no host of that name'],
])('the host that cannot be reached is named in plain words: %s', async (baseUrl, words) => {
	const { status, message } = await check({ baseUrl });

	expect(status).toBe('Error');
	expect(message).toContain(words);
});

describe('test and node agree', () => {
	/** Base URL, as a request of the node shows it, or the words of its refusal. */
	async function inNode(credentials: ICredentialDataDecryptedObject): Promise<string> {
		gateway.reset();
		gateway.answer = () => ({ body: { base_resp: { status_code: 2013, status_msg: 'no' } } });
		const { error } = await runNode({ credentials });
		const [request] = gateway.requests;
		if (request) return request.url.replace(/\/v1\/image_generation$/, '|');
		// n8n adds the number.
		return String(error?.message).replace(/ \[item 0\]$/, '');
	}

	/** The same of the test. */
	async function inTest(credentials: ICredentialDataDecryptedObject): Promise<string> {
		gateway.reset();
		const { message } = await testCredential(sources, 'miniMaxImageApi', credentials);
		const urls = new Set(gateway.requests.map(({ url }) => url));
		expect(urls.size).toBeLessThan(2);
		const [url] = urls;
		return url ? url.replace(/\/v1\/files\/list\?purpose=voice_clone$/, '|') : message;
	}

	test.each([
		...['', '/', '//', '/v1', '/v1/', '//v1//', '/v1/v1', '/V1', '/v10', '/v1x'],
		...['/v1/image_generation', '//v1//image_generation//', '/image_generation'],
		...['/minimax', '//minimax', '/minimax/v1/', '/v1/minimax', '/%76%31', '/a b/ü', '/a/../v1'],
		...['\n', '/v1\u200b', '\\v1\\'],
	])('at the Base URL that ends in %j', async (end) => {
		const credentials = { apiKey: 'sk-1', region: 'custom', baseUrl: gateway.url + end };

		const seen = await inNode(credentials);

		expect(seen).toMatch(/\|$/);
		expect(await inTest(credentials)).toBe(seen);
	});

	test.each<ICredentialDataDecryptedObject>([
		{ baseUrl: '' },
		{ baseUrl: 'gateway' },
		{ baseUrl: 'ftp://example.com' },
		{ baseUrl: 'http://gateway.example/?key=abc' },
		{ baseUrl: 'http://gateway.example/v1#x' },
		{ baseUrl: 'http://gateway.example/anthropic' },
		{ baseUrl: 'http://user:pass@gateway.example' },
		{ baseUrl: 'https://platform.minimax.io' },
		{ apiKey: '' },
		{ apiKey: '""' },
		{ apiKey: 'sk-1 sk-2' },
		{ apiKey: 'sk-1***2' },
	])('on what they refuse, and in its words: %j', async (wrong) => {
		const credentials = { apiKey: 'sk-1', region: 'custom', baseUrl: gateway.url, ...wrong };

		const said = await inNode(credentials);

		expect(said).toMatch(/^(Base URL|API Key) /);
		expect(await inTest(credentials)).toBe(said);
		expect(gateway.requests).toEqual([]);
	});
});

describe('the form', () => {
	const fields = sources.credentials.miniMaxImageApi?.properties ?? [];
	const region = fields.find(({ name }) => name === 'region');

	test('has all regions, and tells how to choose between the two of China', () => {
		const options = (region?.options ?? []).map((option) => [
			'value' in option && option.value,
			'description' in option && option.description,
		]);

		expect(options).toEqual([
			['global', 'For keys issued at platform.minimax.io.'],
			[
				'china',
				expect.stringMatching(/^For keys issued at platform\.minimaxi\.com\. The older host/),
			],
			[
				'chinaNew',
				expect.stringMatching(/^For keys issued at platform\.minimaxi\.com\. The host of/),
			],
			['custom', 'A gateway or proxy in front of MiniMax'],
		]);
	});

	test('says at Base URL what http means for the key', () => {
		expect(fields.find(({ name }) => name === 'baseUrl')?.hint).toBe(
			'Keys come from whoever runs this host. With http:// the key travels in clear text.',
		);
	});

	test.each([
		['global', 'https://platform.minimax.io/'],
		['china', 'https://platform.minimaxi.com/'],
		['chinaNew', 'https://platform.minimaxi.com/'],
	])('shows for %s a link to the page where its keys are made', (value, site) => {
		const notices = fields.filter(
			({ type, displayOptions }) =>
				type === 'notice' && displayOptions?.show?.region?.includes(value),
		);

		expect(notices).toHaveLength(1);
		expect(notices[0]?.displayName).toContain(`<a href="${site}`);
	});
});
