import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { REGIONS } from '../../../credentials/regions';
import { CODES, kindOf } from '../../../nodes/MiniMaxImage/api/codes';
import { toItemError } from '../../../nodes/MiniMaxImage/api/submit';
import type { RequestContext } from '../../../nodes/MiniMaxImage/api/submit';
import type { Failure } from '../../../nodes/MiniMaxImage/http/outcome';
import { ItemError, invalidInput } from '../../../nodes/MiniMaxImage/itemError';
import { DOWNLOAD_CODES, isWorthRetrying } from '../../../nodes/MiniMaxImage/output/downloadCodes';
import { toNodeError, toRunError, toToolError } from '../../../nodes/MiniMaxImage/output/errors';

const NODE = {
	id: 'image',
	name: 'MiniMax Image',
	type: 'n8n-nodes-minimax-image.miniMaxImage',
	typeVersion: 1,
	position: [0, 0] as [number, number],
	parameters: {},
};

const errorFor = (failure: Failure, more: Partial<RequestContext> = {}) =>
	toNodeError(
		NODE,
		toItemError(failure, {
			region: 'global',
			host: 'api.example.com',
			timeoutMs: 180_000,
			...more,
		}),
		3,
	) as NodeApiError;

/** The error of an image that is paid for and was not handed over. */
const imageError = (code: string, message: string, imageUrl: string) =>
	toNodeError(NODE, new ItemError(message, { code, imageUrl }), 3);

describe.each(Object.entries({ ...CODES, ...DOWNLOAD_CODES }))(
	'the code %s',
	(_code, { message, remedy }) => {
		test('says what happened in one plain sentence, and what to do in whole ones', () => {
			expect(message).toMatch(/^([A-Z]|n8n ).*[^.!?:\s]$/);
			expect(remedy).toMatch(/^[A-Z].*[.)]$/);
			expect(message).not.toBe(remedy);
		});

		test('is told without the words that n8n advises against, and names fields in quotes', () => {
			expect(message).not.toMatch(/problem|error|failure/i);
			expect(`${message} ${remedy}`).not.toMatch(
				/(?<!")\b(Base URL|Timeout|Requests per Minute)\b(?!")/,
			);
		});
	},
);

test.each(Object.entries(CODES))(
	'%s reaches the user in our words, none of which n8n replaces by its own, and without gaps',
	(code, { message, remedy, remedyWithoutWords }) => {
		const error = errorFor({ code });

		expect(error.message).toBe(
			message.replace('{timeout}', '180').replace('{host}', 'api.example.com'),
		);
		const filled = (remedyWithoutWords ?? remedy).replace('{region}', 'Global');
		expect(error.description).toBe(
			`${filled.replace('{host}', 'api.example.com')} (Code: ${code})`,
		);
		expect(`${error.message}${error.description}`).not.toMatch(/[{}]|undefined/);
	},
);

test.each([
	['http404', 'The host answered with HTTP status 404', '404'],
	['http503', 'The host answered with HTTP status 503', '503'],
	['http401', CODES['1004']?.message, '401'],
	['http429', CODES['1002']?.message, '429'],
	['9999', 'MiniMax refused the request with code 9999', '9999'],
	['-1', 'MiniMax refused the request with code -1', '-1'],
])('a code that the table does not list, %s, has words too', (code, message, httpCode) => {
	const error = errorFor({ code });

	expect(error).toMatchObject({ message, httpCode });
	expect(error.description).toMatch(/^[A-Z].+ \(Code: .+\)$/);
});

test.each([
	['nothingMade', ['1000', '1024', '1033', 'unreachable', 'dns', 'http503', 'http529']],
	['unclear', ['1001', 'reset', 'unusable', 'http408', 'http500', 'http502', 'http504']],
	['unclear', ['http520', 'http521', 'http522', 'http523', 'http524']],
	['probablyMade', ['timeout', 'answerTooLarge']],
	['rateLimited', ['1002', '1039', '1041', '2045', 'http429']],
	['refused', ['1004', '2049', '1008', '1026', '1027', '1042', '2013', '2056', '2061', 'blocked']],
	['refused', ['certificate', 'redirect', 'notAllowed']],
	['refused', ['http400', 'http401', 'http403', 'http404', '9999', '-1', '']],
])('%s is what is known after %j', (kind, codes) => {
	expect(codes.map(kindOf)).toEqual(codes.map(() => kind));
});

test.each([
	[
		true,
		['downloadTimeout', 'notAnImage', 'cut', 'http404', 'http408', 'http500', 'http503', 'dns'],
	],
	[
		false,
		['linkExpired', 'cancelled', 'tooLarge', 'http403', 'http410', 'certificate', 'notStored'],
	],
])('%s: fetching again may help after %j', (may, codes) => {
	expect(codes.map((code) => isWorthRetrying({ code }))).toEqual(codes.map(() => may));
});

test.each(REGIONS.map(({ value, name }) => [value, name]))(
	'a refused key names both likely causes, and the region %s by its name',
	(region, name) => {
		const { description } = errorFor({ code: '1004' }, { region });

		expect(description).toContain(
			'Wrong region: Keys for Global are issued at platform.minimax.io',
		);
		expect(description).toContain(`its "Region" (now: ${name})`);
		expect(description).toContain('Or wrong key: mistyped, expired or deleted');
	},
);

test.each(['1004', '2049', 'http401'])(
	'a key that a gateway refuses (%s) is told without a word of regions',
	(code) => {
		const { message, description } = errorFor({ code }, { region: 'custom' });

		expect(message).toBe('The API key was not accepted');
		expect(description).toContain('Ask whoever runs api.example.com');
		expect(`${message} ${description}`).not.toMatch(/region/i);
	},
);

test('an error carries code, trace id, the own words of the service and the item', () => {
	const error = errorFor({ code: '1008', detail: 'insufficient balance', traceId: 'req-1' });

	expect(error).toBeInstanceOf(NodeApiError);
	expect(error.httpCode).toBe('1008');
	expect(error.description).toBe(
		`${CODES['1008']?.remedy} (Details: insufficient balance. Code: 1008. Trace ID: req-1)`,
	);
	expect(error.context).toMatchObject({
		itemIndex: 3,
		code: '1008',
		traceId: 'req-1',
		detail: 'insufficient balance',
	});
});

test('an image that cannot be fetched is named, and its link is kept', () => {
	const imageUrl = 'https://images.example.com/2.jpeg?Signature=x';
	const error = imageError(
		'cut',
		'Image 2 of 3: The download of the image was cut short',
		imageUrl,
	);

	expect(error.message).toBe('Image 2 of 3: The download of the image was cut short');
	expect(error.description).toContain(
		`The image is paid for. Its link works for 24 hours: ${imageUrl}`,
	);
	expect(error.context.imageUrl).toBe(imageUrl);
});

test('words that look like placeholders of a replacement stay as they are', () => {
	expect(errorFor({ code: '2013', detail: "$& $1 $' $$" }).description).toContain("$& $1 $' $$");
});

test('any other error becomes one that n8n shows with its item', () => {
	const refused = new NodeOperationError(NODE, 'Prompt is empty', { itemIndex: 1 });
	const unknown = toNodeError(NODE, new Error('Something else'), 2);

	expect(toNodeError(NODE, refused, 2)).toBe(refused);
	expect(unknown).toBeInstanceOf(NodeOperationError);
	expect(unknown).toMatchObject({ message: 'Something else', context: { itemIndex: 2 } });
});

describe('the error that ends a run', () => {
	const failed = new ItemError('MiniMax said no', {
		code: '2013',
		remedy: 'Do better.',
		detail: 'see <a href="https://evil.example">this</a> & that',
	});
	const paid = { links: ['https://a.example/1?x=1&y="2"', 'javascript:alert(1)'], inline: 0 };

	test('names its item, and shows words of a service as text and links as short links', () => {
		const error = toRunError(NODE, failed, 3, { paid, next: 'Go on.' });

		expect(error.message).toBe('MiniMax said no [item 3]');
		expect(error.description).toBe(
			'Do better. (Details: see ‹a href="https://evil.example"›this‹/a› &amp; that. Code: 2013) ' +
				'Go on. Images of this run that are already paid for (links work for 24 hours): ' +
				'<a href="https://a.example/1?x=1&amp;y=&quot;2&quot;" target="_blank">image 1</a>, image 2',
		);
		expect(error.context.paidLinks).toEqual(paid.links);
	});

	test('names twenty links and counts the others, and keeps all of them', () => {
		const links = Array.from({ length: 25 }, (_, index) => `https://a.example/${index}`);
		const error = toRunError(NODE, failed, 0, { paid: { links, inline: 0 } });

		expect(error.description?.match(/<a /g)).toHaveLength(20);
		expect(error.description).toContain('image 20</a> and 5 more');
		expect(error.context.paidLinks).toEqual(links);
	});

	test('does not tell the link of its own image twice', () => {
		const imageUrl = 'https://a.example';
		const own = new ItemError('Cut', { code: 'cut', imageUrl });
		const error = toRunError(NODE, own, 0, { paid: { links: [imageUrl], inline: 0 } });

		expect(error.description).toBe(
			'(Code: cut) The image is paid for. Its link works for 24 hours: ' +
				'<a href="https://a.example" target="_blank">open the image</a>',
		);
		expect(error.context).not.toHaveProperty('paidLinks');
	});

	test('counts images that came inline and have no link', () => {
		const error = toRunError(NODE, failed, 0, { paid: { links: [], inline: 2 } });

		expect(error.description).toContain(
			'2 inline images of this run were paid for and cannot be handed over.',
		);
	});

	test('shows the words of other errors as text too', () => {
		const refused = invalidInput('"Prompt" is empty', 'Write <b>one</b>.');

		expect(toRunError(NODE, refused, 1, { paid: { links: [], inline: 0 } })).toMatchObject({
			message: '"Prompt" is empty [item 1]',
			description: 'Write ‹b›one‹/b›.',
		});
	});

	test('puts everything into its message for an agent, in plain text', () => {
		const error = toToolError(NODE, failed, 0, paid);

		expect(error.message).toBe(
			'MiniMax said no. Do better. (Details: see ‹a href="https://evil.example"›this‹/a› & that. Code: 2013) ' +
				`Images of this run that are already paid for (links work for 24 hours): ${paid.links.join(' ')}`,
		);
		expect(error.description).toBeUndefined();
	});
});
