import { NodeApiError, NodeOperationError } from 'n8n-workflow';

import { REGIONS } from '../../../credentials/regions';
import { CODES, nextStepFor } from '../../../nodes/MiniMaxImage/api/codes';
import { toItemError } from '../../../nodes/MiniMaxImage/api/submit';
import type { RequestContext } from '../../../nodes/MiniMaxImage/api/submit';
import type { Failure } from '../../../nodes/MiniMaxImage/http/outcome';
import { ItemError } from '../../../nodes/MiniMaxImage/itemError';
import { DOWNLOAD_CODES, isWorthRetrying } from '../../../nodes/MiniMaxImage/output/downloadCodes';
import { toNodeError } from '../../../nodes/MiniMaxImage/output/errors';
import { addPaidImages } from '../../../nodes/MiniMaxImage/output/paidImages';

const KEY = 'sk-secret-0001';

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
			timeoutMs: 180_000,
			redact: (text) => text.replaceAll(KEY, '[API key]'),
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
	(code, { message, remedy }) => {
		const error = errorFor({ code });

		expect(error.message).toBe(message.replace('{timeout}', '180'));
		expect(error.description).toBe(`${remedy.replace('{region}', 'Global')} (Code: ${code})`);
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
	['retry', ['1000', '1001', '1024', '1033', 'unreachable', 'dns', 'reset', 'unusable']],
	['retry', ['http408', 'http500', 'http503', 'http529']],
	['rateLimit', ['1002', '1039', '1041', '2045', 'http429']],
	['final', ['1004', '2049', '1008', '1026', '1027', '1042', '2013', '2056', '2061', 'blocked']],
	['final', ['timeout', 'certificate', 'redirect', 'cancelled']],
	['final', ['http400', 'http401', 'http403', 'http404', '9999', '-1', '']],
])('%s is what becomes of %j', (next, codes) => {
	expect(codes.map(nextStepFor)).toEqual(codes.map(() => next));
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

test.each([...REGIONS.map(({ value, name }) => [value, name]), ['custom', 'Custom']])(
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

test('the key is nowhere in an error, even where the service repeats it', () => {
	const error = errorFor({
		code: '1004',
		detail: `no such key: ${KEY}, really ${KEY}`,
		traceId: `trace-${KEY}`,
	});

	expect(error.description).toContain('no such key: [API key], really [API key]');
	expect(error.context).toMatchObject({ traceId: 'trace-[API key]' });
	const all = JSON.stringify([error, error.context, error.messages, error.stack, error.cause]);
	expect(all + String(error) + JSON.stringify(error.errorResponse)).not.toContain(KEY);
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

describe('links that are paid for', () => {
	test('are added to the error that ends a run', () => {
		const error = addPaidImages(errorFor({ code: '1008' }), {
			links: ['https://a.example', 'https://b.example'],
			inline: 0,
		});

		expect(error.description).toBe(
			`${CODES['1008']?.remedy} (Code: 1008) Images of this run that are already paid for ` +
				'(links work for 24 hours): https://a.example https://b.example',
		);
		expect(error.context.paidLinks).toEqual(['https://a.example', 'https://b.example']);
	});

	test('are not told twice', () => {
		const error = imageError('cut', 'Cut', 'https://a.example');
		const { description } = error;

		expect(addPaidImages(error, { links: ['https://a.example'], inline: 0 })).toBe(error);
		expect(error.description).toBe(description);
		expect(error.context).not.toHaveProperty('paidLinks');
	});

	test('are counted where they came inline and have no link', () => {
		const error = addPaidImages(errorFor({ code: '1008' }), { links: [], inline: 2 });

		expect(error.description).toContain(
			'2 inline images of this run were paid for and cannot be handed over.',
		);
	});

	test('come alone where the error has no description', () => {
		const error = addPaidImages(new NodeOperationError(NODE, 'The execution was canceled'), {
			links: ['https://a.example'],
			inline: 0,
		});

		expect(error.description).toBe(
			'Images of this run that are already paid for (links work for 24 hours): https://a.example',
		);
	});
});
