import type { IDataObject } from 'n8n-workflow';
import fc from 'fast-check';

import { readAnswer } from '../../../nodes/MiniMaxImage/api/answer';
import type { GeneratedImages } from '../../../nodes/MiniMaxImage/api/answer';
import type { Failure } from '../../../nodes/MiniMaxImage/http/outcome';
import { readRetryAfter } from '../../../nodes/MiniMaxImage/http/retryPolicy';

const BASE_URL = 'https://gateway.example.com/minimax';
const NOW = Date.parse('2026-11-20T12:00:00Z');
const LINK = 'https://images.example.com/a.jpeg?Signature=x';

const OK = {
	id: 'req-1',
	data: { image_urls: [LINK] },
	metadata: { success_count: 1, failed_count: 0 },
	base_resp: { status_code: 0, status_msg: 'success' },
};

function read(body: unknown, statusCode = 200, headers: IDataObject = {}) {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return readAnswer({ statusCode, headers, baseUrl: BASE_URL, text }, NOW);
}

const success = (more: Partial<GeneratedImages> = {}) => ({
	ok: true,
	value: { requestId: 'req-1', images: [{ url: LINK }], successCount: 1, failedCount: 0, ...more },
});

const OF_LOW = { status_code: 1008, status_msg: 'low' };
const LOW = JSON.stringify(OF_LOW);

const failure = (more: Failure) => ({ ok: false, failure: more });

test.each<[string, object, Partial<GeneratedImages>]>([
	['one link', {}, {}],
	[
		'counts as strings',
		{ metadata: { success_count: '1', failed_count: '2' } },
		{ failedCount: 2 },
	],
	['no counts', { metadata: undefined }, {}],
	['counts that are none', { metadata: { success_count: 'many', failed_count: -1 } }, {}],
	['counts that are empty', { metadata: { success_count: '', failed_count: null } }, {}],
	['the other list null', { data: { image_urls: [LINK], image_base64: null } }, {}],
	[
		'inline images',
		{ data: { image_base64: ['/9j/AA==', '/9j/BB=='] }, metadata: {} },
		{ images: [{ base64: '/9j/AA==' }, { base64: '/9j/BB==' }], successCount: 2 },
	],
	['gaps among the links', { data: { image_urls: [null, LINK, '', 7] } }, {}],
	['a code as text', { base_resp: { status_code: '0' } }, {}],
	['a code of a gateway that looks like a refusal', { base_resp: undefined, code: 1000 }, {}],
	['an empty error', { error: null, message: 'done (1000)' }, {}],
	['no base_resp, as behind some gateways', { base_resp: undefined }, {}],
	['no id', { id: undefined, request_id: 'req-2' }, { requestId: 'req-2' }],
	['neither id nor request id', { id: undefined }, { requestId: '' }],
])('images with %s', (_name, fields, value) => {
	expect(read({ ...OK, ...fields })).toEqual(success(value));
});

test.each([
	['/files/a.jpg?s=1', 'https://gateway.example.com/files/a.jpg?s=1'],
	['//files.example.com/a.jpg', 'https://files.example.com/a.jpg'],
])('the link %s leads to %s', (link, url) => {
	expect(read({ ...OK, data: { image_urls: [link] } })).toEqual(success({ images: [{ url }] }));
});

test.each<[string, unknown]>([
	['a list', [OK]],
	['a list, in part', [{ ...OK, data: { result: 'ok', images: [LINK] } }]],
	['another answer', { code: 0, msg: 'ok', data: OK }],
	['text', JSON.stringify(JSON.stringify(OK))],
])('images of an answer inside of %s', (_name, body) => {
	expect(read(body)).toEqual(success());
});

test.each<[string, number, object | string, Failure]>([
	['base_resp', 200, { base_resp: { status_code: 1008, status_msg: 'low' } }, { code: '1008' }],
	['a code as text', 200, { base_resp: { status_code: ' 1008 ' } }, { code: '1008' }],
	['a negative code', 200, { base_resp: { status_code: -1 } }, { code: '-1' }],
	['base_resp before images', 200, { ...OK, base_resp: { status_code: 1027 } }, { code: '1027' }],
	['base_resp before HTTP 401', 401, { base_resp: { status_code: 2049 } }, { code: '2049' }],
	['base_resp before HTTP 500', 500, { base_resp: { status_code: 1002 } }, { code: '1002' }],
	['HTTP 401 that names a code', 401, { error: { message: 'bad key (1004)' } }, { code: '1004' }],
	['HTTP 401 without a code', 401, { error: { message: 'bad key' } }, { code: 'http401' }],
	['HTTP 403 with a number', 403, { message: 'blocked (1234)' }, { code: 'http403' }],
	['HTTP 429 of a gateway', 429, { message: 'balance low (1008)' }, { code: '1008' }],
	['a code in full-width brackets', 429, { error: '余额不足（1008）' }, { code: '1008' }],
	['a plain text', 429, 'insufficient balance (1008)', { code: '1008' }],
	['a page with a number', 429, '<h1>Slow down (1008)</h1>', { code: 'http429' }],
	['words of a success', 200, { message: 'insufficient balance (1008)' }, { code: '1008' }],
	['a plain text of a success', 200, 'insufficient balance (1008)', { code: '1008' }],
	['a code in square brackets', 429, { error: { message: '[1008] low' } }, { code: '1008' }],
	['a code in words', 429, { error: { message: 'low, error code: 1008' } }, { code: '1008' }],
	['the last code in words', 429, { error: '(1002) of (1008) at (2024)' }, { code: '1008' }],
	['a text that begins with a code', 429, '[1008] low', { code: '1008' }],
	['a text as JSON', 429, JSON.stringify('low (1008)'), { code: '1008' }],
	['a shape that nobody knows', 429, { oops: { errcode: 1008 } }, { code: '1008' }],
	['JSON in words', 429, { error: { message: `Upstream: ${LOW}` } }, { code: '1008' }],
	['JSON as text', 429, { error: LOW }, { code: '1008' }],
	['JSON as text of JSON', 429, JSON.stringify(JSON.stringify(OF_LOW)), { code: '1008' }],
	['base_resp as text', 200, { base_resp: LOW }, { code: '1008' }],
	['base_resp without its name', 429, OF_LOW, { code: '1008' }],
	['an answer inside of another', 200, { data: { base_resp: OF_LOW } }, { code: '1008' }],
	['an error inside of another', 429, { error: { error: OF_LOW } }, { code: '1008' }],
	['a list of errors', 429, { errors: [{ message: 'low (1008)' }] }, { code: '1008' }],
	['an error in a list', 429, [{ error: { message: 'low (1008)' } }], { code: '1008' }],
	['detail', 429, { detail: 'low (1008)' }, { code: '1008' }],
	['msg', 429, { msg: 'low (1008)' }, { code: '1008' }],
	['a quota by its name', 429, { error: { code: 'insufficient_quota' } }, { code: 'http402' }],
	['a status beside its words', 200, { error: { http_code: '401' } }, { code: 'http401' }],
	['HTTP 302', 302, {}, { code: 'redirect' }],
	['HTTP 429', 429, {}, { code: 'http429' }],
	['HTTP 500 without a code', 500, { error: 'oops' }, { code: 'http500' }],
	['an empty list of images', 200, { ...OK, data: { image_urls: [] } }, { code: 'unusable' }],
	['success without data', 200, { ...OK, data: null }, { code: 'unusable' }],
	['an empty object', 200, {}, { code: 'unusable' }],
	['an empty list', 200, [], { code: 'unusable' }],
	['a link to a page', 200, { message: 'queued', link: LINK, url: LINK }, { code: 'unusable' }],
	[
		'words where images are looked for',
		200,
		{ result: 'queued', data: 'ok' },
		{ code: 'unusable' },
	],
])('the failure of %s', (_name, statusCode, body, { code }) => {
	expect(read(body, statusCode)).toMatchObject({ ok: false, failure: { code } });
});

test.each<[string, unknown, string | undefined]>([
	['a code alone', { base_resp: { status_code: 2013 } }, undefined],
	['an error with a code alone', { error: { code: 1008 } }, undefined],
	['a code with words', { base_resp: { status_code: 2013, status_msg: 'bad n' } }, 'bad n'],
	['a plain text', 'low (1008)', 'low (1008)'],
])('the words of %s are those of the service, and no JSON', (_name, body, detail) => {
	expect(read(body, 400)).toMatchObject({ failure: { detail } });
});

test('a request whose images were all blocked says how many', () => {
	const metadata = { success_count: '0', failed_count: '3' };

	expect(read({ ...OK, data: { image_urls: [] }, metadata })).toEqual(
		failure({ code: 'blocked', detail: '3 of 3 images were blocked', traceId: 'req-1' }),
	);
});

test("the API's own words, the trace id and the wait it asks for are kept", () => {
	const body = { id: 'req-1', base_resp: { status_code: 1002, status_msg: ' rate limit ' } };

	expect(read(body, 200, { 'retry-after': '3' })).toEqual(
		failure({
			code: '1002',
			detail: 'rate limit',
			traceId: 'req-1',
			retryAfterMs: 3000,
			isOfService: true,
		}),
	);
});

test.each<[string, object, IDataObject, string | undefined]>([
	['id', { id: 'a', request_id: 'b' }, { 'trace-id': 'c' }, 'a'],
	['request_id', { request_id: 'b' }, { 'trace-id': 'c' }, 'b'],
	['request_id, where id is empty', { id: ' ', request_id: 'b' }, {}, 'b'],
	['the header', {}, { 'trace-id': 'c' }, 'c'],
	['the first of several headers', {}, { 'trace-id': ['c', 'd'] }, 'c'],
	['nothing', { id: 7 }, { 'Trace-Id': '' }, undefined],
])('the trace id comes from %s', (_name, body, headers, traceId) => {
	expect(read(body, 500, headers)).toMatchObject({ ok: false, failure: { traceId } });
});

test('of an error page only its visible words are kept, and few of them', () => {
	const page = `<!doctype html><html><head><title>T</title></head><style>p{}</style>
		<body><h1>502&nbsp;Bad</h1>\n<p>Gateway</p><script>alert(1)</script>`;

	expect(read(page, 502)).toEqual(failure({ code: 'http502', detail: '502&nbsp;Bad Gateway' }));
	expect(read(`<p>${'busy '.repeat(1000)}`, 503)).toEqual(
		failure({ code: 'http503', detail: 'busy '.repeat(60) }),
	);
	expect(read(page)).toMatchObject({
		failure: { code: 'unusable', detail: 'it is not what the API answers: 502&nbsp;Bad Gateway' },
	});
	expect(read('')).toMatchObject({ failure: { code: 'unusable', detail: 'it is empty' } });
});

test.each<[string | undefined, number | undefined]>([
	['0', 0],
	['7', 7000],
	['Fri, 20 Nov 2026 12:00:30 GMT', 30_000],
	['Fri, 20 Nov 2026 11:59:00 GMT', 0],
	['soon', undefined],
	[undefined, undefined],
])('Retry-After %j is %j ms', (value, ms) => {
	expect(readRetryAfter(value, NOW)).toBe(ms);
});

test('no answer whatever is an exception: images that exist, or a failure with a code', () => {
	const part = fc.oneof(fc.jsonValue(), fc.constantFrom(0, '0', 1008, [LINK], [''], {}));
	const shaped = fc.record(
		{
			id: part,
			error: fc.oneof(part, fc.record({ message: part }, { requiredKeys: [] })),
			data: fc.oneof(part, fc.record({ image_urls: part, image_base64: part })),
			metadata: fc.oneof(part, fc.record({ success_count: part, failed_count: part })),
			base_resp: fc.oneof(part, fc.record({ status_code: part, status_msg: part })),
		},
		{ requiredKeys: [] },
	);
	const body = fc.oneof(
		fc.string(),
		fc.json(),
		shaped.map((value) => JSON.stringify(value)),
	);
	const status = fc.oneof(fc.constantFrom(200, 401, 429), fc.integer({ min: 100, max: 599 }));
	const headers = fc.dictionary(fc.constantFrom('trace-id', 'retry-after'), fc.string());
	fc.assert(
		fc.property(body, status, headers, (text, statusCode, given) => {
			const outcome = readAnswer({ statusCode, headers: given, baseUrl: BASE_URL, text }, NOW);

			if (outcome.ok) expect(outcome.value.images.length).toBeGreaterThan(0);
			else expect(outcome.failure.code).not.toBe('');
		}),
		{ seed: 21, numRuns: 2000 },
	);
});
