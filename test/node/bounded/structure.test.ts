import { charged, chargedAndGzipped, endless } from '../../support/answers';
import { CATASTROPHE_MB, measured } from '../../support/measure';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });

const TOO_LARGE =
	'The answer is larger than any of MiniMax, so it was not read to its end [item 0]';

/** Three tries of n8n on top of those of the node. */
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

test.each([
	['empty lists', `{"data":[${'[],'.repeat(16_000_000)}[]]}`],
	['empty objects', `{"data":[${'{},'.repeat(16_000_000)}{}]}`],
	['numbers', `[${'1,'.repeat(20_000_000)}1]`],
	['names', `{${'"a":1,'.repeat(8_000_000)}"a":1}`],
	['empty texts', `[${'"",'.repeat(16_000_000)}""]`],
	['lists in a text', JSON.stringify({ data: `[${'[],'.repeat(16_000_000)}[]]` })],
	['blanks', ' '.repeat(48_000_000)],
	['ends of lists', ']'.repeat(48_000_000)],
	['quotes', '\\"'.repeat(20_000_000)],
])(
	'48 MB of %s in some kilobytes are one error that takes little memory',
	async (_name, body) => {
		const fault = chargedAndGzipped(body);
		node.sandbox.always(fault);

		const { result, peakMb } = await measured(async () => await node.run({ node: RETRY }));

		expect(result.error?.message).toBe(TOO_LARGE);
		expect(peakMb).toBeLessThan(CATASTROPHE_MB);
		expect(node.sandbox.requests).toHaveLength(1);
		expect(node.sandbox.paidImages).toBe(1);
	},
	60_000,
);

test.each([
	['a code', `{"base_resp":{"status_code":${nested(100_000)}}}`],
	['the code', `{"status_code":${nested(100_000)}}`],
	['the body', nested(100_000)],
	['the data', `{"data":${nested(50_000)},"base_resp":{"status_code":0}}`],
	['the words', `{"base_resp":{"status_code":1026,"status_msg":${nested(45_000)}}}`],
	['an error', `${'{"error":'.repeat(45_000)}1${'}'.repeat(45_000)}`],
])('a hundred thousand levels in %s are one error', async (_name, body) => {
	node.sandbox.always(charged(body));

	const { result } = await measured(async () => await node.run({ node: RETRY }));

	expect(result.error?.message).toBe(TOO_LARGE);
	expect(node.sandbox.requests).toHaveLength(1);
});

test('JSON that is as deep inside of a text is read no further than anybody nests an answer', async () => {
	const deep = JSON.stringify({ base_resp: { status_code: 1026 }, data: '@' });
	node.sandbox.always(
		charged(JSON.stringify({ data: deep.replace('"@"', nested(40_000)), error: nested(40_000) })),
	);

	const { error } = await node.run();

	expect(error?.context.code).toBe('1026');
	expect(node.sandbox.requests).toHaveLength(1);
});

test.each([
	['the words of a refusal', '{"base_resp":{"status_code":1026,"status_msg":"', 'a, b. '],
	['a field that nobody reads', '{"data":{"note":"', 'lorem ipsum. '],
	['a name', '{"', 'name. '],
	['no JSON at all', '<p>', 'Welcome! '],
	['many fields', '{"a":["', 'b","c. '],
])('an answer without end in %s is left at 3 MB', async (_name, start, part) => {
	node.sandbox.always(charged(endless(start, part.repeat(8_000))));

	const { result, peakMb, tookMs } = await measured(async () => await node.run({ node: RETRY }));

	expect(result.error?.message).toBe(TOO_LARGE);
	expect(result.stored.length).toBeLessThan(10_000);
	expect(peakMb).toBeLessThan(CATASTROPHE_MB);
	expect(tookMs).toBeLessThan(25_000);
	expect(node.sandbox.requests).toHaveLength(1);
});

test('an answer within all bounds is delivered, however close to them', async () => {
	node.sandbox.always({
		edit: (answer) => ({
			...answer,
			numbers: Array<number>(99_000).fill(1),
			words: 'No word of it counts. '.repeat(100_000),
			deep: JSON.parse(nested(18)) as unknown,
		}),
	});

	const { items, error } = await node.run();

	expect(error).toBeUndefined();
	expect(items.map(({ json }) => json.width)).toEqual([1024]);
	expect(node.sandbox.paidImages).toBe(1);
});
