import type { Fault } from '../sandbox';
import { inMemory, itemWith, picture } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

/** The shape of MiniMax's newer surfaces, and of gateways that copy it. */
const typed = (status: number, message: string): Fault => ({
	status,
	body: {
		type: 'error',
		error: { type: 'some_error', message, http_code: String(status) },
		request_id: 'req-7',
	},
});

const NGINX_413 =
	'<html><head><title>413 Request Entity Too Large</title></head><body><h1>413 Request Entity Too Large</h1><hr>nginx</body></html>';

const RESETS =
	'usage limit exceeded, 5-hour usage limit reached, resets at 2026-12-01T15:00:00Z (2056)';

test.each<[string, Fault, string, RegExp, RegExp]>([
	[
		'429 with an empty balance',
		typed(429, 'insufficient balance (1008)'),
		'1008',
		/balance/,
		/sk-cp/,
	],
	[
		'402 with an empty balance',
		typed(402, 'insufficient balance (1008)'),
		'1008',
		/balance/,
		/plan/,
	],
	['402 without a code', { status: 402 }, 'http402', /balance/, /pay-as-you-go/],
	[
		'429 with the limit of a plan',
		typed(429, RESETS),
		'2056',
		/usage limit/,
		/2026-12-01T15:00:00Z/,
	],
	[
		'400 with parameters',
		typed(400, 'invalid params, subject_reference image_file (2013)'),
		'2013',
		/parameters/,
		/subject_reference image_file/,
	],
	[
		'422 with a sensitive prompt',
		typed(422, 'new_sensitive (1026)'),
		'1026',
		/sensitive/,
		/Reword/,
	],
	[
		'401 with a bad key',
		typed(401, 'invalid api key (2049)'),
		'2049',
		/not accepted/,
		/Ask whoever/,
	],
	[
		'403 of MiniMax',
		typed(403, 'forbidden for this account'),
		'http403',
		/403/,
		/forbidden for this/,
	],
	['413 as JSON', typed(413, 'payload too large'), 'http413', /reference is too large/, /smaller/],
	[
		'413 as a page',
		{ status: 413, body: NGINX_413 },
		'http413',
		/reference is too large/,
		/smaller/,
	],
	[
		'200 with an error',
		{ answer: { error: { code: '1008', message: 'no money' } } },
		'1008',
		/balance/,
		/no money/,
	],
	[
		'an error as text',
		{ status: 400, body: { error: 'insufficient balance (1008)' } },
		'1008',
		/balance/,
		/sk-cp/,
	],
])(
	'%s: one request, and the code in the body decides',
	async (_name, fault, code, message, description) => {
		node.sandbox.always(fault);
		const face = inMemory(await picture());

		const { error } = await node.run({
			items: [itemWith({ data: face })],
			parameters: { operation: 'imageToImage' },
		});

		expect(error?.context.code).toBe(code);
		expect(error?.message).toMatch(message);
		expect(error?.description).toMatch(description);
		expect(error?.description).not.toContain('Check "Region"');
		expect(node.sandbox.requests).toHaveLength(1);
	},
);

test('a status of something that is not MiniMax says where to look', async () => {
	node.sandbox.always({ status: 404 });

	const { error } = await node.run();

	expect(error?.description).toContain('Check "Region" and "Base URL"');
	expect(node.sandbox.requests).toHaveLength(1);
});

test.each<[string, Fault]>([
	['500 with a code after which nothing was made', typed(500, 'unknown error (1000)')],
	['529, overloaded', typed(529, 'overloaded')],
	['429 with the rate limit', typed(429, 'rate limit (1002)')],
	['Retry-After in fractions', { status: 503, headers: { 'retry-after': '0.5' } }],
])('%s is tried again', async (_name, fault) => {
	node.sandbox.script(fault);

	const { items } = await node.run();

	expect(items).toHaveLength(1);
	expect(node.sandbox.requests).toHaveLength(2);
});

test('words of a service are no HTML, in the editor or in an item', async () => {
	const message = 'see <a href="https://evil.example">here</a>';
	node.sandbox.always({ code: 2013, message });

	const { error } = await node.run();
	const shown = 'see ‹a href="https://evil.example"›here‹/a›';
	expect(error?.description).not.toContain('<a href="https://evil.example"');
	expect(error?.description).toContain(shown);

	const { items } = await node.run({ node: { onError: 'continueRegularOutput' } });
	expect(items[0]?.json.errorDetails).toMatchObject({
		description: expect.stringContaining(shown),
	});
});

test('a failed row keeps its columns and its file on the error output', async () => {
	const row = { code: 'PRD-77', description: 'mug', prompt: 'BLOCKED', traceId: 'mine' };
	const photo = inMemory(await picture());

	const { errorItems, hints } = await node.run({
		items: [itemWith({ photo }, row), { json: { prompt: 'a mug' } }],
		node: { onError: 'continueErrorOutput' },
		parameters: { prompt: '={{ $json.prompt }}' },
	});

	expect(errorItems).toEqual([
		{
			json: {
				...row,
				error: 'MiniMax judged the prompt to be sensitive and made no image',
				errorDetails: expect.objectContaining({ code: '1026' }),
			},
			binary: { photo: expect.objectContaining({ mimeType: 'image/jpeg' }) },
			pairedItem: { item: 0 },
		},
	]);
	expect(hints).toEqual([
		'1 of 2 rows failed. The reason: MiniMax judged the prompt to be sensitive and made no image',
	]);
});
