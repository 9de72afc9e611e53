import type { Fault } from '../../sandbox';
import { charged, withLinks } from '../../support/answers';
import { collectLog } from '../../support/nodeLog';
import type { NodeRun } from '../../support/node';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });
const log = collectLog();

const MB = 1024 * 1024;
const CONTINUE = { onError: 'continueRegularOutput' as const };
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const noRetries = { options: { maxRetries: 0 } };

const refusal = (status_code: unknown, status_msg: unknown = 'no') => ({
	answer: { base_resp: { status_code, status_msg } },
});

describe('words of 2 MB', () => {
	const WORDS = 'They go on. '.repeat((2 * MB) / 12);

	test('of a refusal are kept and shown to their thousandth character', async () => {
		node.sandbox.always(refusal(1026, WORDS));

		const { error, stored } = await node.run();
		const { items } = await node.run({ node: CONTINUE });

		expect(error?.context.detail).toBe(WORDS.slice(0, 1_000));
		expect(error?.description?.length).toBeLessThan(1_600);
		expect(items[0]?.json.errorDetails).toMatchObject({
			description: expect.stringContaining(`(Details: ${WORDS.slice(0, 1_000)}. Code: 1026.`),
		});
		expect(stored.length).toBeLessThan(12_000);
	});

	test('of an unclear outcome leave a few kilobytes in the journal', async () => {
		node.sandbox.always({ status: 504, charged: true, body: { error: { message: WORDS } } });

		const { error, stored } = await node.run({ node: RETRY });

		expect(error?.context.detail).toBe(WORDS.slice(0, 1_000));
		expect(stored).toContain('"spent":');
		expect(stored.length).toBeLessThan(15_000);
		expect(node.sandbox.requests).toHaveLength(2);
	});

	test('beside images are let go', async () => {
		node.sandbox.always({
			edit: (answer) => ({
				...answer,
				base_resp: { status_code: 0, status_msg: WORDS },
				message: WORDS.slice(0, MB / 2),
			}),
		});

		const { items, stored } = await node.run({ parameters: { downloadImages: false } });

		expect(items[0]?.json.imageUrl).toContain(node.sandbox.imageUrl);
		expect(stored.length).toBeLessThan(10_000);
		expect(node.sandbox.paidImages).toBe(1);
	});

	test('that look like base64 are words all the same', async () => {
		node.sandbox.always(refusal(1026, 'A'.repeat(2 * MB)));

		const { error, stored } = await node.run();

		expect(error?.context).toMatchObject({ code: '1026', detail: 'A'.repeat(1_000) });
		expect(stored.length).toBeLessThan(12_000);
	});

	test('of a page are cut at its 300th', async () => {
		node.sandbox.always({ status: 400, body: `<p>${WORDS}` });

		const { error } = await node.run();

		expect(error?.context).toMatchObject({ code: 'http400', detail: WORDS.slice(0, 300) });
	});

	test('of an image host that many share are cut too', async () => {
		node.sandbox.alwaysImages({ body: WORDS, contentType: 'text/plain' });

		const { error, stored } = await node.run({ parameters: noRetries });

		expect(error?.context).toMatchObject({ code: 'notAnImage', detail: 'It is text' });
		expect(stored.length).toBeLessThan(12_000);
	});
});

describe('what only strings and numbers can be', () => {
	const ODD: unknown[] = [
		{ toString: 0 },
		{ toString: 'x', valueOf: 'y' },
		{ length: 3 },
		[1008],
		['1008', '1026'],
		true,
		null,
		'10080000000',
		'1234567890',
		'0'.repeat(10),
		1e300,
		-1e300,
		10.08,
		'1008\u202e',
		'１００８',
		'NaN',
		'__proto__',
		'constructor',
	];

	test.each(ODD.map((code) => [JSON.stringify(code), code]))(
		'a code that is %s beside images leaves them alone, and is paid for once',
		async (_name, code) => {
			node.sandbox.always({
				edit: (answer) => ({
					...answer,
					code,
					error_code: code,
					status_code: code,
					http_code: code,
					message: code,
					base_resp: { status_code: code, status_msg: code },
				}),
			});

			const { items, error } = await node.run({ node: RETRY });

			expect(error).toBeUndefined();
			expect(items.map(({ json }) => json.width)).toEqual([1024]);
			expect(node.sandbox.paidImages).toBe(1);
		},
	);

	test('none of them is a code', async () => {
		node.sandbox.always(({ body }) => {
			const code = ODD[Number(body.seed)];
			return {
				answer: { base_resp: { status_code: code, status_msg: 'no' }, http_code: code, code },
			};
		});

		const { items } = await node.run({
			items: ODD.map((_code, seed) => ({ json: { seed } })),
			node: CONTINUE,
			parameters: { options: { seed: '={{ $json.seed }}', maxRetries: 0 } },
		});

		expect(items.map(({ json }) => json.error)).toEqual(
			ODD.map(() => 'The answer could not be used'),
		);
		expect(node.sandbox.requests).toHaveLength(ODD.length);
	});

	test.each([
		['an id of 10 KB', 'i'.repeat(10_000), 'i'.repeat(200)],
		['an id that is an object', { toString: 0 }, expect.stringMatching(/^[0-9a-f]{32}$/)],
		['an id that is a list', ['i'], expect.stringMatching(/^[0-9a-f]{32}$/)],
		['an id of blanks', ' \u2028 ', expect.stringMatching(/^[0-9a-f]{32}$/)],
	])('%s', async (_name, id, requestId) => {
		node.sandbox.always({ edit: (answer) => ({ ...answer, id }) });

		const { items, stored } = await node.run({ parameters: { prompt: '…!' } });

		expect(items[0]?.json).toMatchObject({ requestId, width: 1024 });
		expect(String(items[0]?.json.fileName).length).toBeLessThan(220);
		expect(stored).not.toContain('i'.repeat(201));
	});

	test.each([
		[{ toString: 0 }, 1, 0],
		[1e300, 1, 0],
		['1e5', 1, 0],
		[-1, 1, 0],
		[1.5, 1, 0],
		['9'.repeat(1_000), 1, 0],
		[1_000_000, 1, 0],
		[' 2 ', 2, 2],
		[[2], 1, 0],
	])('counts that are %p', async (given, successCount, failedCount) => {
		node.sandbox.always({
			edit: (answer) => ({
				...answer,
				metadata: { success_count: given, failed_count: given },
			}),
		});

		const { items, hints } = await node.run();

		expect(items[0]?.json).toMatchObject({ successCount, failedCount, width: 1024 });
		expect(hints).toHaveLength(failedCount === 0 ? 0 : 1);
	});

	test.each([
		['of 60,000 digits', '9'.repeat(14_000)],
		['of 50 characters', `${' '.repeat(30)}${'1'.repeat(20)}`],
		['of many dots', '.'.repeat(14_000)],
		['in words', 'Wed, 21 Oct 2099 07:28:00 GMT'],
		['in negative seconds', '-5'],
		['as an object would be', '[object Object]'],
	])('Retry-After %s holds nothing up', async (_name, value) => {
		node.sandbox.script({ status: 503, headers: { 'retry-after': value } });
		const startedAt = Date.now();

		await node.run({ parameters: { options: { maxRetries: 1 } } });

		expect(Date.now() - startedAt).toBeLessThan(3_000);
	});
});

describe('characters that nobody sees, and tags', () => {
	const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
	const BAD = 'a\u202eb\u0007c\nd\u2028e<b onclick=x>f</b>\u0000g\r\th\u2066i\u009bj';
	const SHOWN = 'abc d e‹b onclick=x›f‹/b›g hij';

	const told = ({ items, error, hints }: NodeRun) =>
		[
			error?.message,
			error?.context.detail,
			error?.context.traceId,
			...hints,
			...items.flatMap(({ json }) => [json.error, json.requestId, json.imageUrl]),
			...items.flatMap(({ json }) => Object.values(json.errorDetails ?? {})),
		].map(String);

	test.each<[string, Fault]>([
		['a refusal', { answer: { id: BAD, base_resp: { status_code: 1026, status_msg: BAD } } }],
		['a gateway', { status: 500, body: { error: { message: BAD }, request_id: BAD } }],
		['a plain text', { status: 400, body: `no ${BAD}` }],
		['a success', { edit: (answer) => ({ ...answer, id: BAD }) }],
		['links', { answer: withLinks(`https://127.0.0.1:9/${BAD}`, `javascript:${BAD}`) }],
	])('leave whatever %s says, wherever it is shown', async (_name, fault) => {
		node.sandbox.always(fault);

		const runs = [
			await node.run({ parameters: noRetries }),
			await node.run({ node: CONTINUE, parameters: noRetries }),
			await node.run({ parameters: { ...noRetries, downloadImages: false } }),
		];

		for (const text of runs.flatMap(told)) {
			expect(text).not.toMatch(HARMFUL);
			expect(text).not.toContain('<');
		}
		for (const line of log.filter((one) => one.startsWith('["MiniMax'))) {
			expect(line).not.toMatch(/\\u00[01]|\\[nrt]|\u2028|\u202e|\u2066|\u009b/);
		}
	});

	test('of a service are told with marks that look alike', async () => {
		node.sandbox.always(refusal(2013, BAD));

		const { error } = await node.run();

		expect(error?.context.detail).toBe(SHOWN);
		expect(error?.description).toContain(`Details: ${SHOWN}.`);
	});

	test.each([
		['aspectRatio', { aspectRatio: '=<b onclick=x>sign in</b>' }],
		['model', { model: '=<img src=x>', aspectRatio: '=<b onclick=x>sign in</b>' }],
		[
			'inputType',
			{
				operation: 'imageToImage',
				inputType: 'url',
				imageUrls: '=<b onclick=x>sign in</b>',
			},
		],
		[
			'binaryPropertyName',
			{ operation: 'imageToImage', binaryPropertyName: '=<b onclick=x>sign in</b>' },
		],
		['numberOfImages', { numberOfImages: '=<b onclick=x>sign in</b>' }],
		['options.seed', { options: { seed: '=<b onclick=x>sign in</b>' } }],
	])('of the field %s are no HTML in any message', async (_name, parameters) => {
		const failed = await node.run({ parameters });
		const { items, hints } = await node.run({ parameters, node: CONTINUE });

		const messages = [failed.error?.message, items[0]?.json.error, ...hints].map(String);
		for (const message of messages) expect(message).not.toMatch(/<|&lt;/);
		expect(failed.error?.message).toMatch(/‹b onclick|‹img/);
		expect(String(failed.error?.description)).not.toMatch(/<b|<img/);
		expect(node.sandbox.requests).toHaveLength(0);
	});
});

test('what throws while an answer is read is an unclear outcome', async () => {
	node.sandbox.always(charged('{"data":{"image_urls":["https://127.0.0.1:9/a"]},"id":"1"'));

	const { error } = await node.run({ node: RETRY });

	expect(error?.context.code).toBe('unusable');
	expect(node.sandbox.requests).toHaveLength(2);
});
