import type { IDataObject } from 'n8n-workflow';

import { readAnswer } from '../../../nodes/MiniMaxImage/api/answer';
import type { GeneratedImages } from '../../../nodes/MiniMaxImage/api/answer';
import { readImages, toLink } from '../../../nodes/MiniMaxImage/api/images';
import { redactor } from '../../../nodes/MiniMaxImage/api/words';
import { Base64Text } from '../../../nodes/MiniMaxImage/http/base64Text';

const BASE_URL = 'https://gateway.example.com/minimax';

const KEY = 'sk-api-Q7mZ1vK4xT9rB2nW8cY';

const redact = redactor(KEY);

const LINK = 'https://images.example.com/a.jpeg';

const KILOBYTE = 1024;

const links = (count: number) => Array.from({ length: count }, (_, index) => `${LINK}?${index}`);

const read = (root: Record<string, unknown>) => readImages(root, BASE_URL, redact);

describe('a link', () => {
	test.each([
		LINK,
		'http://images.example.com/a.jpeg?Expires=1&Signature=x%2By%3D',
		'HTTPS://IMAGES.example.com/A',
		'https://images.example.com/a?x[]=1|2',
	])('%s stays as it is', (link) => {
		expect(toLink(link, BASE_URL, redact)).toEqual({ url: link });
	});

	test.each([
		['/files/a.png', 'https://gateway.example.com/files/a.png'],
		['//files.example.com/a.png', 'https://files.example.com/a.png'],
		['https://images.example.com/ä b', 'https://images.example.com/%C3%A4%20b'],
		['https://images.example.com/<b>"', 'https://images.example.com/%3Cb%3E%22'],
		['https:/\\images.example.com/a', 'https://images.example.com/a'],
		['https:images.example.com/a', 'https://images.example.com/a'],
		[`https://images.example.com/a\u202e`, 'https://images.example.com/a'],
		['https://images.example.com/a\nb', 'https://images.example.com/ab'],
	])('%j is %s', (link, url) => {
		expect(toLink(link, BASE_URL, redact)).toEqual({ url });
	});

	test('holds no piece of the key', () => {
		expect(toLink(`${LINK}?key=${KEY}&x=1`, BASE_URL, redact)).toEqual({
			url: `${LINK}?key=[API%20key]&x=1`,
		});
		expect(toLink(`/${KEY}/a`, BASE_URL, redact)).toEqual({
			url: 'https://gateway.example.com/[API%20key]/a',
		});
	});

	test.each([
		'javascript:alert(1)',
		'data:text/html,x',
		'file:///etc/passwd',
		'ftp://a.example/b',
		'queued',
		'https://',
		'http://[',
	])('is none where it is %s, and its words tell so', (text) => {
		expect(toLink(text, BASE_URL, redact)).toEqual({
			failure: { code: 'badLink', detail: `neither http nor https: ${text}` },
		});
	});

	test('is none where it is a long text, of which the words show the start, without the key', () => {
		expect(toLink(`${KEY} ${'a'.repeat(7000)}`, BASE_URL, redact)).toEqual({
			failure: {
				code: 'badLink',
				detail: `neither http nor https: [API key] ${'a'.repeat(190)}`,
			},
		});
	});

	test('is none where it is longer than 8 KB, also once it is written out', () => {
		const tooLong = { failure: { code: 'badLink', detail: 'longer than 8 KB' } };
		const room = 8 * KILOBYTE - LINK.length;

		expect(toLink(LINK + 'a'.repeat(room), BASE_URL, redact)).toHaveProperty('url');
		expect(toLink(LINK + 'a'.repeat(room + 1), BASE_URL, redact)).toEqual(tooLong);
		expect(toLink(LINK + KEY.repeat(400), BASE_URL, redact)).toEqual(tooLong);
		expect(toLink(LINK + 'ü'.repeat(2000), BASE_URL, redact)).toEqual(tooLong);
		expect(toLink(`/${'a'.repeat(8 * KILOBYTE - 1)}`, BASE_URL, redact)).toEqual(tooLong);
	});
});

describe('the images of an answer', () => {
	test.each<[string, Record<string, unknown>]>([
		['a single link', { url: 'https://a.example/job', images: [LINK] }],
		['a single link in data', { data: { url: 'https://a.example/job', images: [LINK] } }],
		[
			'a link to a page',
			{ data: { image_url: 'https://a.example/job', results: [{ url: LINK }] } },
		],
		['an inline image', { data: { b64_json: 'A'.repeat(99), image_urls: [LINK] } }],
	])('are those of a list, where %s stands beside it', (_name, root) => {
		expect(read(root)).toEqual({ images: [{ url: LINK }], surplus: 0 });
	});

	test('are the first nine, and the others are counted', () => {
		const all = links(2000);

		expect(read({ data: { image_urls: all } })).toEqual({
			images: all.slice(0, 9).map((url) => ({ url })),
			surplus: 1991,
		});
		expect(read({ data: { image_urls: links(9) } }).surplus).toBe(0);
	});

	test('have bad ones in their places, among those that are counted', () => {
		expect(read({ data: { image_urls: [LINK, 'javascript:alert(1)'] } }).images).toEqual([
			{ url: LINK },
			{ failure: { code: 'badLink', detail: 'neither http nor https: javascript:alert(1)' } },
		]);
	});

	test.each([
		`/files/${'0123456789abcdef'.repeat(4)}.png`,
		`/${'0123456789abcdef'.repeat(4)}`,
		`/9/${'a'.repeat(80)}.png`,
	])('are links without a host where a field of links says %s', (path) => {
		expect(read({ data: { image_urls: [path] } }).images).toEqual([
			{ url: `https://gateway.example.com${path}` },
		]);
	});

	test.each([`/9j/${'A'.repeat(80)}`, `data:image/png;base64,${'A'.repeat(80)}`, 'A'.repeat(80)])(
		'are inline where a field of links holds base64 text, %s',
		(base64) => {
			expect(read({ data: { image_urls: [base64] } }).images).toEqual([{ base64 }]);
		},
	);

	test.each<[string, unknown]>([
		['deeper than any gateway puts them', { images: [[[[[[[[LINK]]]]]]]] }],
		['only repeated from the request', { image: LINK, url: LINK, link: LINK, src: LINK }],
	])('are none where they are %s', (_name, root) => {
		expect(read(root as Record<string, unknown>).images).toEqual([]);
	});
});

/** What is read of an answer with HTTP 200. */
const readWhole = (body: unknown, more: { base64?: Base64Text[]; headers?: IDataObject } = {}) =>
	readAnswer(
		{ statusCode: 200, headers: {}, baseUrl: BASE_URL, text: JSON.stringify(body), ...more },
		0,
		redact,
	);

const OK = { id: 'req-1', base_resp: { status_code: 0 } };

describe('an answer', () => {
	test('of more images than a request can ask for says how many came beyond', () => {
		expect(readWhole({ ...OK, data: { image_urls: links(12) } })).toMatchObject({
			ok: true,
			value: { surplus: 3, successCount: 12 } satisfies Partial<GeneratedImages>,
		});
		expect(readWhole({ ...OK, data: { image_urls: links(9) } })).not.toHaveProperty(
			'value.surplus',
		);
	});

	test.each<[string, object]>([
		['an object', { code: { toString: 0 } }],
		['a list', { base_resp: { status_code: [[[0]]] } }],
		['an object of MiniMax', { base_resp: { status_code: { valueOf: 0, toString: 0 } } }],
		['a number beyond all codes', { code: 1e300 }],
		['a text of a million digits', { code: '1'.repeat(1_000_000) }],
		['a text of a million blanks', { error_code: ' '.repeat(1_000_000) }],
	])('with an image is one whatever its code is: %s', (_name, odd) => {
		expect(readWhole({ ...odd, data: { image_urls: [LINK] } })).toMatchObject({
			ok: true,
			value: { images: [{ url: LINK }] },
		});
	});

	test.each<[string, string]>([
		['-1', '-1'],
		['999999999', '999999999'],
		[' 1008 ', '1008'],
	])('without images has the code %j', (status_code, code) => {
		expect(readWhole({ base_resp: { status_code } })).toMatchObject({ failure: { code } });
	});

	test.each<unknown>(['1234567890', '1e3', '--1', '١٠٠٨', null, true])(
		'without images has no code where it says %j',
		(status_code) => {
			expect(readWhole({ base_resp: { status_code } })).toMatchObject({
				failure: { code: 'unusable' },
			});
		},
	);

	test('keeps 1,000 characters of words and 200 of an id, without the key', () => {
		const status_msg = `${KEY} ${'no '.repeat(700_000)}`;
		const outcome = readWhole({
			id: `${KEY}-${'a'.repeat(9_000)}`,
			base_resp: { status_code: 2013, status_msg },
		});

		expect(outcome).toMatchObject({
			ok: false,
			failure: {
				code: '2013',
				detail: `[API key] ${'no '.repeat(330)}`,
				traceId: `[API key]-${'a'.repeat(190)}`,
			},
		});
	});

	test('of a success has no piece of the key in its id and links', () => {
		const outcome = readWhole({
			...OK,
			id: `req-${KEY}`,
			data: { image_urls: [`${LINK}?${KEY}`, KEY] },
		});

		expect(outcome).toMatchObject({ ok: true, value: { requestId: 'req-[API key]' } });
		expect(JSON.stringify(outcome)).not.toContain('Q7mZ1vK4xT9r');
	});

	/** Stands in the text of an answer where a long base64 text was cut out. */
	const inline = (index: number) => `[base64 text ${index}]`;
	const indexes = (count: number) => Array.from({ length: count }, (_, index) => index);

	test.each<[string, number, object, number[]]>([
		['beyond nine images', 11, { data: { image_base64: indexes(11).map(inline) } }, [9, 10]],
		['that are no image', 1, { words: inline(0), data: { image_urls: [LINK] } }, [0]],
		[
			'of a refusal',
			2,
			{ base_resp: { status_code: 1027 }, data: { image_base64: indexes(2).map(inline) } },
			[0, 1],
		],
	])('lets the memory of long texts go %s', (_name, count, shape, released) => {
		const base64 = indexes(count).map(() => Base64Text.of('A'.repeat(80)));
		readWhole({ ...OK, ...shape }, { base64 });

		expect(
			indexes(count).filter((index) => base64[index]?.bytes(Buffer.alloc) === undefined),
		).toEqual(released);
	});
});
