import { CODES, entryOf } from '../../nodes/MiniMaxImage/api/codes';
import { sandboxCredential } from '../support/account';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const noRetries = { options: { maxRetries: 0 } };
const rows = (...prompts: string[]) => prompts.map((p, row) => ({ json: { p, row } }));
const byRow = { prompt: '={{ $json.p }}' };

const finalCodes = Object.entries(CODES)
	.filter(([code, { kind }]) => /^\d+$/.test(code) && kind !== 'rateLimited')
	.map(([code]) => [code, entryOf(code, { isGateway: true })] as const);

test.each(finalCodes)('code %s: says what happened and what to do', async (code, { message }) => {
	node.sandbox.always({ code: Number(code), message: 'words of MiniMax' });

	const { error } = await node.run({ parameters: noRetries });

	expect(error).toMatchObject({
		name: 'NodeApiError',
		message: `${message} [item 0]`,
		httpCode: code,
		context: { code, itemIndex: 0, traceId: expect.any(String) },
	});
	expect(error?.description).toContain(`Details: words of MiniMax. Code: ${code}. Trace ID: `);
	expect(node.sandbox.requests).toHaveLength(1);
});

test.each(['2049', '1004', '401'] as const)(
	'a key that a gateway refuses (%s) is told without a word of regions',
	async (badKeyAnswer) => {
		node.sandbox.badKeyAnswer = badKeyAnswer;

		const { error, stored } = await node.run({
			credentials: { ...sandboxCredential(node.sandbox), apiKey: 'sk-of-another-region' },
		});

		expect(error?.message).toBe('The API key was not accepted [item 0]');
		expect(error?.description).toContain(`whoever runs ${new URL(node.sandbox.url).host}`);
		expect(`${error?.message} ${error?.description}`).not.toMatch(/region/i);
		expect(error?.context.code).toBe(badKeyAnswer === '401' ? '1004' : badKeyAnswer);
		expect(node.sandbox.requests).toHaveLength(1);
		expect(stored).not.toContain('sk-of-another-region');
	},
);

test.each<[number, string, string]>([
	[400, 'The host answered with HTTP status 400', 'http400'],
	[403, 'The host answered with HTTP status 403', 'http403'],
	[404, 'The host answered with HTTP status 404', 'http404'],
	[500, 'The host answered with HTTP status 500', 'http500'],
	[502, 'The host answered with HTTP status 502', 'http502'],
])('HTTP status %i', async (status, message, code) => {
	node.sandbox.always({ status, body: '<html><body><h1>Oops</h1>nginx</body></html>' });

	const { error } = await node.run({ parameters: noRetries });

	expect(error).toMatchObject({
		message: `${message} [item 0]`,
		httpCode: String(status),
		context: { code },
	});
	expect(error?.description).toContain('Oops nginx');
});

test('a code that nobody knows is told in the words of MiniMax', async () => {
	node.sandbox.always({ code: 4711, message: 'moon phase wrong' });

	const { error } = await node.run({ parameters: noRetries });

	expect(error?.message).toBe('MiniMax refused the request with code 4711 [item 0]');
	expect(error?.description).toContain('moon phase wrong');
});

test('our own time-out says which option sets it, and the request is not sent again', async () => {
	node.sandbox.always({ hang: true });

	const { error } = await node.run({ parameters: { options: { timeout: 1, maxRetries: 3 } } });

	expect(error?.message).toBe('MiniMax did not answer within the "Timeout" of 1 seconds [item 0]');
	expect(error?.description).toContain('probably made and charged');
	expect(error?.description).toContain('Raise the option "Timeout"');
	expect(node.sandbox.requests).toHaveLength(1);
});

test.each<[string, string, string]>([
	[
		'a host that refuses connections',
		'http://127.0.0.1:1',
		'The host 127.0.0.1:1 could not be reached',
	],
	[
		'a host that does not exist',
		'http://nowhere.invalid',
		'The host nowhere.invalid could not be found',
	],
])('%s', async (_name, baseUrl, message) => {
	const { error } = await node.run({
		credentials: { apiKey: 'k', region: 'custom', baseUrl },
		parameters: noRetries,
	});

	expect(error?.message).toBe(`${message} [item 0]`);
	expect(error?.description).toContain('"Region" or "Base URL"');
});

test.each<[string, Record<string, string>, string]>([
	[
		'a Base URL that is no web address',
		{ baseUrl: 'gateway.example.com' },
		'Base URL "gateway.example.com" is not a web address',
	],
	[
		'an FTP address',
		{ baseUrl: 'ftp://example.com' },
		'Base URL "ftp://example.com" is not a web address',
	],
	['an empty Base URL', { baseUrl: ' ' }, 'Base URL is empty'],
	[
		'a password in the Base URL',
		{ baseUrl: 'https://me:secret@example.com' },
		'must not hold a user name or password',
	],
	['an empty key', { apiKey: '  ' }, 'API Key is empty'],
])('%s is refused in plain words', async (_name, wrong, message) => {
	const { error } = await node.run({
		credentials: { ...sandboxCredential(node.sandbox), ...wrong },
	});

	expect(error?.message).toContain(message);
	expect(node.sandbox.requests).toHaveLength(0);
});

test('no error, output or stored execution holds the key, even if a service repeats it', async () => {
	const { key } = node.sandbox;
	const faults = [
		{ code: 1026, message: `prompt of ${key} is bad` },
		{ status: 500, body: `<p>${key}</p>`, headers: { 'trace-id': key } },
		{ status: 401, body: { error: { message: `bad key ${key} (1004)` }, request_id: key } },
		{ reset: 'before' as const },
		{ answer: `Bearer ${key}` },
	];
	for (const fault of faults) {
		for (const onError of ['stopWorkflow', 'continueRegularOutput'] as const) {
			node.sandbox.always(fault);
			const { stored } = await node.run({ node: { onError }, parameters: noRetries });
			expect(stored).not.toContain(key);
		}
	}
	node.sandbox.reset();
	const { stored } = await node.run({ parameters: { numberOfImages: 2 } });
	expect(stored).not.toContain(key);
});

describe('On Error', () => {
	test('stop: the error of the lowest item, and no further requests', async () => {
		node.sandbox.latencyMs = ({ prompt }) => (prompt.includes('BLOCKED') ? 100 : 10);

		const { error, items, status } = await node.run({
			items: rows('one', 'two BLOCKED', 'three BLOCKED', 'four', 'five', 'six'),
			parameters: { ...byRow, options: { maxConcurrency: 3 } },
		});

		expect(status).toBe('error');
		expect(items).toEqual([]);
		expect(error?.message).toBe(
			'MiniMax judged the prompt to be sensitive and made no image [item 1]',
		);
		expect(error?.context.itemIndex).toBe(1);
		// Items three and on were in flight or waiting; what was paid for is told.
		const paid = node.sandbox.imageRequests.map(({ path }) => node.sandbox.imageUrl + path);
		expect(paid.length).toBeGreaterThan(0);
		for (const link of paid) expect(error?.context.paidLinks).toContain(link);
	});

	test('stop: nothing starts after the failure', async () => {
		const { error } = await node.run({
			items: rows('one BLOCKED', 'two', 'three'),
			parameters: { ...byRow, options: { maxConcurrency: 1 } },
		});

		expect(error?.context.itemIndex).toBe(0);
		expect(node.sandbox.requests).toHaveLength(1);
	});

	test('continue: one item for the failure, the others untouched, everything in order', async () => {
		const { error, items, status } = await node.run({
			node: { onError: 'continueRegularOutput' },
			items: rows('one', 'two BLOCKED', '', 'four'),
			parameters: byRow,
		});

		expect(error).toBeUndefined();
		expect(status).toBe('success');
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual(
			[0, 1, 2, 3].map((item) => ({ item })),
		);
		expect(items[0]?.json).toMatchObject({ prompt: 'one' });
		expect(items[1]?.json).toEqual({
			error: 'MiniMax judged the prompt to be sensitive and made no image',
			errorDetails: {
				code: '1026',
				description: expect.stringContaining('Reword the prompt'),
				traceId: expect.any(String),
			},
			prompt: 'two BLOCKED',
		});
		expect(items[1]?.error).toMatchObject({ name: 'NodeApiError', context: { itemIndex: 1 } });
		expect(items[2]?.json).toEqual({
			error: '"Prompt" is empty, but must be text of 1 to 1500 characters',
			errorDetails: { code: 'invalidInput' },
		});
		expect(items[3]?.json).toMatchObject({ prompt: 'four' });
		expect(node.sandbox.requests).toHaveLength(3);
	});

	test('error output: failed rows arrive there with the fields of their input item', async () => {
		const { items, errorItems, status } = await node.run({
			node: { onError: 'continueErrorOutput' },
			items: rows('one', 'two BLOCKED', 'three'),
			parameters: byRow,
		});

		expect(status).toBe('success');
		expect(items.map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 2 }]);
		expect(errorItems).toHaveLength(1);
		expect(errorItems[0]).toMatchObject({
			json: {
				p: 'two BLOCKED',
				row: 1,
				error: 'MiniMax judged the prompt to be sensitive and made no image',
				errorDetails: expect.objectContaining({ code: '1026' }),
			},
			pairedItem: { item: 1 },
		});
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
		'%s: a credential that cannot be used fails every item, not the workflow',
		async (onError) => {
			const { items, errorItems, status } = await node.run({
				credentials: { apiKey: 'k', region: 'custom', baseUrl: 'nonsense' },
				node: { onError },
				items: rows('one', 'two'),
				parameters: byRow,
			});

			expect(status).toBe('success');
			const failed = onError === 'continueErrorOutput' ? errorItems : items;
			expect(failed.map(({ json, pairedItem }) => [json.error, pairedItem])).toEqual([
				[expect.stringContaining('Base URL "nonsense" is not a web address'), { item: 0 }],
				[expect.stringContaining('Base URL "nonsense" is not a web address'), { item: 1 }],
			]);
		},
	);
});
