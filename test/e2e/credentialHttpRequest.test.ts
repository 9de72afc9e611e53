import type { INode, INodeParameters } from 'n8n-workflow';

import type { Recorder } from '../support/recorder';
import { startRecorder } from '../support/recorder';
import type { Execution, SavedCredential } from './host/rest';
import { CREDENTIAL_TYPE, startInstance } from './support/instance';
import type { Instance } from './support/instance';

const KEY = 'sk-cp-secret-of-the-test';
const HTTP_REQUEST = 'n8n-nodes-base.httpRequest';

let instance: Instance;
let home: Recorder;
let stranger: Recorder;
let credential: SavedCredential;
let newest: number;
beforeAll(async () => {
	[instance, home, stranger] = await Promise.all([
		startInstance(),
		startRecorder(),
		startRecorder(),
	]);
	credential = await instance.rest.createCredential({
		name: 'MiniMax Image account',
		type: CREDENTIAL_TYPE,
		data: { apiKey: KEY, region: 'custom', baseUrl: home.url },
	});
	const versions = (await instance.rest.nodeTypes())
		.filter(({ name }) => name === HTTP_REQUEST)
		.flatMap(({ version }) => version as number | number[]);
	newest = Math.max(...versions);
});
afterEach(() => {
	home.reset();
	stranger.reset();
});
afterAll(async () => {
	await Promise.all([instance.stop(), home.close(), stranger.close()]);
});

/** Runs a workflow of one HTTP Request node with the credential. */
async function request(typeVersion: number, parameters: INodeParameters): Promise<Execution> {
	const nodes: INode[] = [
		{
			id: 'start',
			name: 'Start',
			type: 'n8n-nodes-base.manualTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters: {},
		},
		{
			id: 'request',
			name: 'HTTP Request',
			type: HTTP_REQUEST,
			typeVersion,
			position: [200, 0],
			credentials: { [CREDENTIAL_TYPE]: { id: credential.id, name: credential.name } },
			parameters: {
				authentication: 'predefinedCredentialType',
				nodeCredentialType: CREDENTIAL_TYPE,
				...parameters,
			},
		},
	];
	const workflow = await instance.rest.createWorkflow({
		name: 'HTTP Request',
		nodes,
		connections: { Start: { main: [[{ node: 'HTTP Request', type: 'main', index: 0 }]] } },
	});
	return await instance.rest.finished(await instance.rest.run(workflow.id, 'Start'));
}

const errorOf = ({ data }: Execution) => data.resultData.error?.message;

describe.each([
	['4.2', () => 4.2],
	['of the newest version', () => newest],
])('the HTTP Request node %s', (_name, version) => {
	test('reaches the host of the credential with the key', async () => {
		const { status } = await request(version(), { url: `${home.url}/v1/files/list` });

		expect(status).toBe('success');
		expect(home.requests).toEqual([
			{ method: 'GET', url: '/v1/files/list', authorization: `Bearer ${KEY}` },
		]);
	});

	test('is refused another host in plain words, and sends nothing', async () => {
		const execution = await request(version(), { url: `${stranger.url}/v1/files/list` });

		expect(execution.status).toBe('error');
		expect(errorOf(execution)).toBe(
			`This credential is for ${home.url} only. Its key is not sent to ${stranger.url}.`,
		);
		expect([...home.requests, ...stranger.requests]).toEqual([]);
	});

	test.each(['GET', 'POST'])('does not take the key along a redirect of a %s', async (method) => {
		home.answer = () => ({ status: 307, headers: { location: `${stranger.url}/elsewhere` } });

		const execution = await request(version(), {
			method,
			url: `${home.url}/v1/files/list`,
			options: {
				redirect: { redirect: { followRedirects: true, maxRedirects: 5 } },
				sendCredentialsOnCrossOriginRedirect: true,
			},
		});

		expect(execution.status).toBe('error');
		expect(errorOf(execution)).toContain('307');
		expect(home.requests).toHaveLength(1);
		expect(stranger.requests).toEqual([]);
	});

	test('is refused a proxy that could read the key', async () => {
		const execution = await request(version(), {
			url: `${home.url}/v1/files/list`,
			options: { proxy: stranger.url },
		});

		expect(errorOf(execution)).toContain('not sent through the proxy of this request');
		expect([...home.requests, ...stranger.requests]).toEqual([]);
	});

	test('is refused the next page at another host', async () => {
		const execution = await request(version(), {
			url: `${home.url}/v1/files/list`,
			options: {
				pagination: {
					pagination: {
						paginationMode: 'responseContainsNextURL',
						nextURL: `={{ $pageCount === 0 ? $request.url ?? $request.uri : "${stranger.url}/page/2" }}`,
						paginationCompleteWhen: 'other',
						completeExpression: '={{ $pageCount > 2 }}',
					},
				},
			},
		});

		expect(errorOf(execution)).toContain(`Its key is not sent to ${stranger.url}`);
		expect(home.requests).toHaveLength(1);
		expect(stranger.requests).toEqual([]);
	});
});

describe("the test in n8n's dialog", () => {
	const check = async (data: Record<string, string>) =>
		await instance.rest.testCredential(credential, {
			apiKey: KEY,
			region: 'custom',
			baseUrl: home.url,
			...data,
		});

	const connected = { status: 'OK', message: 'Connection successful!' };

	test('a plan key passes, at an address as it stands in the docs', async () => {
		expect(await check({ baseUrl: `${home.url}//v1/image_generation/` })).toEqual(connected);
		expect(new Set(home.requests.map(({ url }) => url))).toEqual(
			new Set(['/v1/files/list?purpose=voice_clone']),
		);
		expect(home.requests.every(({ authorization }) => authorization === `Bearer ${KEY}`)).toBe(
			true,
		);
	});

	test.each([
		[404, { error: 'not found' }],
		[404, '<!DOCTYPE html><pre>Cannot GET /v1/files/list</pre>'],
		[405, ''],
		[501, 'not here'],
	])('a gateway without the file list is not red: HTTP %i %j', async (status, body) => {
		home.answer = () => ({ status, body });

		expect(await check({})).toEqual(connected);
	});

	test.each([
		[200, { base_resp: { status_code: 2049 } }, 'MiniMax did not accept this API key'],
		[401, { error: 'no' }, 'MiniMax did not accept this API key'],
		[302, '', 'never sent along a redirect'],
		[200, '<html>Welcome</html>', 'answers with a web page, not like the MiniMax API'],
		[403, {}, 'forbids this key, or this network'],
		[418, '', 'with HTTP 418. Check Region and Base URL.'],
		[503, '', 'has a problem of its own'],
	])('HTTP %i %j is red in plain words', async (status, body, words) => {
		home.answer = () => ({ status, body, headers: { location: `${stranger.url}/` } });

		expect(await check({})).toEqual({ status: 'Error', message: expect.stringContaining(words) });
		expect(stranger.requests).toEqual([]);
	});

	test.each([
		['http://127.0.0.1:1', '127.0.0.1:1 cannot be reached. Nothing listens at that address.'],
		['http://nowhere.invalid', 'nowhere.invalid cannot be reached. There is no host of that name'],
		['http://nowhere.invalid/anthropic', 'Base URL ends in /anthropic'],
		['https://gateway.example.com/v1?key=abc', 'Base URL must not hold a query'],
	])('the Base URL %s is red in plain words', async (baseUrl, words) => {
		expect(await check({ baseUrl })).toEqual({
			status: 'Error',
			message: expect.stringContaining(words),
		});
	});
});
