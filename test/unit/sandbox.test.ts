import { createHash } from 'node:crypto';
import fc from 'fast-check';
import sharp from 'sharp';
import { Agent, request as send } from 'undici';
import { startSandbox } from '../sandbox';
import type { Sandbox, SandboxOptions } from '../sandbox';

interface Answer {
	id?: string;
	data?: { image_urls?: string[] | null; image_base64?: string[] | null };
	metadata?: { success_count: number | string; failed_count: number | string };
	base_resp?: { status_code: number; status_msg: string };
}

interface Reply {
	status: number;
	headers: Record<string, string | string[] | undefined>;
	text: string;
	json: Answer;
}

const PLAIN_REQUEST = { model: 'image-01', prompt: 'A fox' };
const agent = new Agent();
let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox();
});
beforeEach(() => {
	sandbox.reset();
});
afterAll(async () => {
	await agent.close();
	await sandbox.close();
});

async function post(body: unknown, headers: Record<string, string> = {}): Promise<Reply> {
	return await postTo(sandbox, body, headers);
}

async function postTo(
	{ url, key }: Sandbox,
	body: unknown,
	headers: Record<string, string> = {},
): Promise<Reply> {
	const response = await send(`${url}/v1/image_generation`, {
		method: 'POST',
		dispatcher: agent,
		headers: {
			authorization: `Bearer ${key}`,
			'content-type': 'application/json',
			...headers,
		},
		body: typeof body === 'string' ? body : JSON.stringify(body),
	});
	const text = await response.body.text();
	const isJson = String(response.headers['content-type']).includes('json');
	return {
		status: response.statusCode,
		headers: response.headers,
		text,
		json: isJson && text.startsWith('{') ? (JSON.parse(text) as Answer) : {},
	};
}

/** The code and message of a generation request made of the plain one and these fields. */
async function verdict(fields: object): Promise<string> {
	const { status, json } = await post({ ...PLAIN_REQUEST, ...fields });
	expect(status).toBe(200);
	return `${json.base_resp?.status_code} ${json.base_resp?.status_msg}`;
}

async function get(url: string, headers: Record<string, string> = {}) {
	const response = await send(url, { dispatcher: agent, headers });
	const bytes = Buffer.from(await response.body.arrayBuffer());
	return { status: response.statusCode, headers: response.headers, bytes };
}

async function linksOf(fields: object = {}, from = sandbox): Promise<string[]> {
	const { json } = await postTo(from, { ...PLAIN_REQUEST, ...fields });
	return json.data?.image_urls ?? [];
}

async function linkOf(fields: object = {}): Promise<string> {
	const [link = 'none'] = await linksOf(fields);
	return link;
}

async function jpegsOf(fields: object): Promise<Buffer[]> {
	const { json } = await post({ ...PLAIN_REQUEST, response_format: 'base64', ...fields });
	return (json.data?.image_base64 ?? []).map((image) => Buffer.from(image, 'base64'));
}

function digests(jpegs: Buffer[]): string[] {
	return jpegs.map((jpeg) => createHash('sha256').update(jpeg).digest('hex'));
}

async function reference(type: 'jpeg' | 'png', side = 64): Promise<string> {
	const background = '#3366cc';
	const image = sharp({ create: { width: side, height: side, channels: 3, background } });
	return `data:image/${type};base64,${(await image.toFormat(type).toBuffer()).toString('base64')}`;
}

function subject(file: unknown) {
	return { subject_reference: [{ type: 'character', image_file: file }] };
}

async function withSandbox(options: SandboxOptions, run: (own: Sandbox) => Promise<void>) {
	const own = await startSandbox(options);
	try {
		await run(own);
	} finally {
		await own.close();
	}
}

describe('the rules of the API', () => {
	const live = { model: 'image-01-live' };
	const style = { style_type: '水彩', style_weight: 0.5 };

	test.each<[string, object]>([
		['the least there can be', {}],
		['a prompt of 1500 characters outside the basic plane', { prompt: '🦊'.repeat(1500) }],
		['line breaks and tabs', { prompt: 'a\n\t\r\nb' }],
		['the widest ratio', { aspect_ratio: '21:9' }],
		['a size of its own', { width: 512, height: 2048 }],
		['nine images', { n: 9 }],
		['seed 0', { seed: 0 }],
		['a negative seed', { seed: -1 }],
		['both switches', { prompt_optimizer: true, aigc_watermark: false }],
		['a style for the live model', { ...live, style }],
		['a style without a weight', { ...live, style: { style_type: '漫画' } }],
		['a linked reference', { ...live, ...subject('https://example.com/face.jpg') }],
	])('accept %s', async (_name, fields) => {
		expect(await verdict(fields)).toBe('0 success');
	});

	test.each<[string, object]>([
		['model', { model: 'image-02' }],
		['model', { model: undefined }],
		['prompt', { prompt: undefined }],
		['prompt', { prompt: 7 }],
		['prompt', { prompt: ' \n ' }],
		['prompt', { prompt: 'x'.repeat(1501) }],
		['aspect_ratio', { aspect_ratio: '5:4' }],
		['aspect_ratio', { ...live, aspect_ratio: '21:9' }],
		['width', { width: 512 }],
		['height', { height: 512 }],
		['width', { width: 504, height: 512 }],
		['height', { width: 512, height: 2056 }],
		['width', { width: 513, height: 512 }],
		['width', { width: '512', height: 512 }],
		['width', { ...live, width: 512, height: 512 }],
		['width', { width: 512, height: 512, aspect_ratio: '1:1' }],
		['response_format', { response_format: 'b64' }],
		['n', { n: 0 }],
		['n', { n: 10 }],
		['n', { n: 1.5 }],
		['n', { n: '2' }],
		['n', { n: null }],
		['seed', { seed: 2 ** 53 }],
		['seed', { seed: '1' }],
		['prompt_optimizer', { prompt_optimizer: 'true' }],
		['aigc_watermark', { aigc_watermark: 1 }],
		['subject_reference', { subject_reference: [] }],
		['subject_reference', { subject_reference: {} }],
		['subject_reference\\[0\\]', { subject_reference: ['https://example.com/face.jpg'] }],
		['type', { subject_reference: [{ type: 'style', image_file: 'https://example.com/a.jpg' }] }],
		[
			'weight',
			{ subject_reference: [{ type: 'character', image_file: 'https://a.b', weight: 1 }] },
		],
		['image_file', subject(7)],
		['image_file', subject('face.jpg')],
		['image_file', subject('ftp://example.com/face.jpg')],
		['style', { style }],
		['style', { ...live, style: 'comic' }],
		['style_type', { ...live, style: { style_type: 'comic' } }],
		['style_weight', { ...live, style: { ...style, style_weight: 0 } }],
		['style_weight', { ...live, style: { ...style, style_weight: 1.1 } }],
		['strength', { ...live, style: { ...style, strength: 1 } }],
		['aspectRatio', { aspectRatio: '1:1' }],
		['toString', { toString: 'inherited names are unknown too' }],
	])('refuse a bad %s by name (rule %#)', async (field, fields) => {
		expect(await verdict(fields)).toMatch(new RegExp(`^2013 invalid params, .*\\b${field}`));
		expect(sandbox.requests).toMatchObject([{ outcome: 'refused', code: 2013, paidImages: 0 }]);
	});

	test('a reference by data URL is taken when its bytes are what it says', async () => {
		const [jpeg, png] = [await reference('jpeg'), await reference('png')];
		expect(await verdict(subject(jpeg))).toBe('0 success');
		expect(await verdict(subject(png))).toBe('0 success');
		expect(await verdict(subject(jpeg.replace('jpeg', 'png')))).toMatch(/^2013 .*not a png/);
		expect(await verdict(subject(jpeg.replace('jpeg', 'jpg')))).toMatch(/^2013 .*image_file/);
		expect(await verdict(subject(`${jpeg.slice(0, -8)}-_!?====`))).toMatch(/^2013 .*base64/);
		const onlyMagic = Buffer.from([0xff, 0xd8, 0xff, 0xe0]).toString('base64');
		const stub = `data:image/jpeg;base64,${onlyMagic}`;
		expect(await verdict(subject(stub))).toMatch(/^2013 .*cannot be decoded/);
	});

	test('a reference must stay under 10 MB', async () => {
		const image = Buffer.from((await reference('jpeg')).split(',')[1] ?? '', 'base64');
		const sized = (bytes: number) => {
			const padding = Buffer.alloc(bytes - image.length);
			const base64 = Buffer.concat([image, padding]).toString('base64');
			return subject(`data:image/jpeg;base64,${base64}`);
		};
		expect(await verdict(sized(10 * 1024 * 1024 - 1))).toBe('0 success');
		expect(await verdict(sized(10 * 1024 * 1024))).toMatch(/^2013 .*under 10 MB/);
	});

	test('a body that is no JSON object, or not called JSON, is refused', async () => {
		for (const body of ['{', '[]', 'null', '"text"', '']) {
			expect((await post(body)).json.base_resp?.status_code).toBe(2013);
		}
		const { json } = await post(PLAIN_REQUEST, { 'content-type': 'text/plain' });
		expect(json.base_resp?.status_msg).toContain('Content-Type');
		const spelled = { 'content-type': 'application/json; charset=utf-8' };
		expect((await post(PLAIN_REQUEST, spelled)).json.base_resp?.status_code).toBe(0);
	});

	test('more than a tenth of invisible characters is refused', async () => {
		expect(await verdict({ prompt: `nine char\u200b` })).toBe('0 success');
		expect(await verdict({ prompt: `eight ch\u200b\u0007` })).toMatch(/^1042 /);
	});

	test('sensitive prompts are refused, or lose some of their images', async () => {
		expect(await verdict({ prompt: 'BLOCKED fox' })).toBe('1026 input new_sensitive');
		expect(await verdict({ prompt: 'BLOCK_ALL foxes' })).toBe('1027 output new_sensitive');
		const some = await post({ ...PLAIN_REQUEST, prompt: 'BLOCK_2', n: 3 });
		expect(some.json.metadata).toEqual({ success_count: 1, failed_count: 2 });
		expect(some.json.data?.image_urls).toHaveLength(1);
		const none = await post({ ...PLAIN_REQUEST, prompt: 'BLOCK_5', n: 2 });
		expect(none.json).toMatchObject({
			data: { image_urls: [] },
			metadata: { success_count: '0', failed_count: '2' },
			base_resp: { status_code: 0 },
		});
		expect(sandbox.paidImages).toBe(1);
	});
});

describe('the key', () => {
	test.each(['Bearer other', 'bearer sandbox-key-0001', 'sandbox-key-0001', ''])(
		'"%s" is answered as invalid with HTTP 200',
		async (authorization) => {
			const { status, json } = await post(PLAIN_REQUEST, { authorization });
			expect(status).toBe(200);
			expect(json).toEqual({ base_resp: { status_code: 2049, status_msg: 'invalid api key' } });
			expect(sandbox.requests).toMatchObject([{ outcome: 'refused', code: 2049 }]);
		},
	);

	test('a wrong one can be answered by the other code, or by HTTP 401', async () => {
		const wrong = { authorization: 'Bearer wrong' };
		sandbox.badKeyAnswer = '1004';
		expect((await post(PLAIN_REQUEST, wrong)).json.base_resp?.status_code).toBe(1004);
		sandbox.badKeyAnswer = '401';
		const { status, headers, json } = await post(PLAIN_REQUEST, wrong);
		expect(status).toBe(401);
		expect(json).toEqual({
			type: 'error',
			error: {
				type: 'authorized_error',
				message: expect.stringContaining('(1004)'),
				http_code: '401',
			},
			request_id: headers['trace-id'],
		});
	});

	test('the list of files tells a good key from a bad one, at no cost', async () => {
		const url = `${sandbox.url}/v1/files/list?purpose=voice_clone`;
		const good = await get(url, { authorization: `Bearer ${sandbox.key}` });
		expect(JSON.parse(good.bytes.toString())).toEqual({
			files: [],
			base_resp: { status_code: 0, status_msg: 'success' },
		});
		const bad = await get(url, { authorization: 'Bearer wrong' });
		expect(bad.status).toBe(200);
		expect(JSON.parse(bad.bytes.toString())).toMatchObject({ base_resp: { status_code: 2049 } });
		expect(sandbox.requests).toEqual([]);
	});

	test('any other path is 404 in JSON', async () => {
		const { status, bytes } = await get(`${sandbox.url}/v1/other`);
		expect(status).toBe(404);
		expect(JSON.parse(bytes.toString())).toEqual({ error: 'not found' });
	});
});

describe('the answer', () => {
	test('takes turns in the type of its counts and in what becomes of the other array', async () => {
		const shapes = [];
		for (let number = 1; number <= 4; number++) {
			const { headers, json } = await post({ ...PLAIN_REQUEST, n: 2 });
			expect(json.id).toMatch(/^[0-9a-f]{32}$/);
			expect(headers['trace-id']).toBe(json.id);
			expect(json.data?.image_urls).toHaveLength(2);
			shapes.push([json.metadata?.success_count, json.data?.image_base64]);
		}
		expect(shapes).toEqual([
			[2, undefined],
			['2', null],
			[2, null],
			['2', undefined],
		]);
	});

	test('waits for the latency, which can depend on the request', async () => {
		sandbox.latencyMs = ({ n = 1 }) => n * 60;
		const start = Date.now();
		const two = post({ ...PLAIN_REQUEST, n: 2 });
		await Promise.all([post(PLAIN_REQUEST), two]);
		expect(Date.now() - start).toBeGreaterThanOrEqual(115);
		expect(sandbox.peakInFlight).toBe(2);
		expect(sandbox.inFlight).toBe(0);
	});

	test('is recorded with what was sent and what it cost', async () => {
		const body = { ...PLAIN_REQUEST, n: 3 };
		const before = Date.now();
		await post(body);
		expect(sandbox.requests).toEqual([
			{
				number: 1,
				at: expect.any(Number),
				headers: expect.objectContaining({ authorization: `Bearer ${sandbox.key}` }),
				body,
				outcome: 'success',
				code: 0,
				paidImages: 3,
			},
		]);
		expect(sandbox.requests[0]?.at).toBeGreaterThanOrEqual(before);
		expect(sandbox.paidImages).toBe(3);
	});

	test('records long strings in short when told to', async () => {
		sandbox.recordBodies = 'short';
		const file = await reference('png', 400);
		await post({ ...PLAIN_REQUEST, ...subject(file) });
		expect(sandbox.requests[0]?.body).toEqual({
			...PLAIN_REQUEST,
			...subject(file.slice(0, 200)),
		});
	});
});

describe('pictures', () => {
	test.each([
		[{}, 1024, 1024],
		[{ aspect_ratio: '16:9' }, 1280, 720],
		[{ aspect_ratio: '4:3' }, 1152, 864],
		[{ aspect_ratio: '3:2' }, 1248, 832],
		[{ aspect_ratio: '2:3' }, 832, 1248],
		[{ aspect_ratio: '3:4' }, 864, 1152],
		[{ aspect_ratio: '9:16' }, 720, 1280],
		[{ aspect_ratio: '21:9' }, 1344, 576],
		[{ width: 520, height: 1000 }, 520, 1000],
	])('of %j are JPEGs of exactly that size', async (fields, width, height) => {
		const [jpeg] = await jpegsOf(fields);
		expect(await sharp(jpeg).metadata()).toMatchObject({ format: 'jpeg', width, height });
	});

	test('are the same for the same seed, each image of a request for itself', async () => {
		const first = digests(await jpegsOf({ seed: 7, n: 2 }));
		expect(digests(await jpegsOf({ seed: 7, n: 2 }))).toEqual(first);
		const others = [{ seed: 8 }, { seed: 7, prompt: 'A hen' }, { seed: 7, model: 'image-01-live' }];
		for (const fields of others) first.push(...digests(await jpegsOf(fields)));
		expect(new Set(first).size).toBe(5);
	});

	test('are the same by link and in base64', async () => {
		const { bytes } = await get(await linkOf({ seed: 3 }));
		expect(digests([bytes])).toEqual(digests(await jpegsOf({ seed: 3 })));
	});

	test('all differ without a seed', async () => {
		const jpegs = [...(await jpegsOf({ n: 3 })), ...(await jpegsOf({}))];
		expect(new Set(digests(jpegs)).size).toBe(4);
	});

	test('show their reference, their style and their watermark', async () => {
		const plain = { seed: 1, model: 'image-01-live' };
		const variants = [
			plain,
			{ ...plain, aigc_watermark: true },
			{ ...plain, style: { style_type: '漫画' } },
			{ ...plain, ...subject(await reference('png')) },
			{ ...plain, ...subject('https://example.com/face.jpg') },
		];
		const jpegs = await Promise.all(variants.map(jpegsOf));
		expect(new Set(digests(jpegs.flat())).size).toBe(variants.length);
		const inset = { left: 860, top: 130, width: 1, height: 1 };
		const pixel = await sharp(jpegs[3]?.[0]).extract(inset).raw().toBuffer();
		const off = [0x33, 0x66, 0xcc].map((value, channel) => Math.abs(value - (pixel[channel] ?? 0)));
		expect(Math.max(...off)).toBeLessThan(12);
	});

	test('survive any prompt', async () => {
		const anyPrompt = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
		const property = fc.asyncProperty(anyPrompt, async (prompt) => {
			const { json } = await post({
				...PLAIN_REQUEST,
				prompt: `<&"x'> ${prompt} 漫画 ${'visible '.repeat(80)}`,
				response_format: 'base64',
				width: 512,
				height: 512,
			});
			expect(json.base_resp?.status_code).toBe(0);
			const jpeg = Buffer.from(json.data?.image_base64?.[0] ?? '', 'base64');
			expect((await sharp(jpeg).metadata()).width).toBe(512);
		});
		await fc.assert(property, { numRuns: 25 });
	});

	test('can be padded to the byte, and stay valid', async () => {
		const [{ length } = Buffer.alloc(0)] = await jpegsOf({ seed: 5 });
		for (const imageBytes of [
			length,
			length + 1,
			length + 3,
			length + 4,
			length + 65_538,
			300_000,
		]) {
			sandbox.imageBytes = imageBytes;
			const [jpeg] = await jpegsOf({ seed: 5 });
			expect(jpeg).toHaveLength(imageBytes);
			expect((await sharp(jpeg, { failOn: 'warning' }).stats()).channels).toHaveLength(3);
		}
		sandbox.imageBytes = 100;
		const tooSmall = await post({ ...PLAIN_REQUEST, response_format: 'base64' });
		expect(tooSmall.status).toBe(500);
		expect(tooSmall.text).toContain('imageBytes is 100');
	});

	test('in plain mode differ in a comment only', async () => {
		sandbox.plain = true;
		const [one, two] = await jpegsOf({ n: 2, width: 512, height: 512 });
		expect(one?.equals(two ?? one)).toBe(false);
		const [left, right] = [await sharp(one).raw().toBuffer(), await sharp(two).raw().toBuffer()];
		expect(left.equals(right)).toBe(true);
		expect(digests(await jpegsOf({ seed: 1 }))).toEqual(digests(await jpegsOf({ seed: 1 })));
	});
});

describe('links', () => {
	test('lead to a JPEG on the other origin, whatever their name says', async () => {
		const links = await linksOf({ n: 9 });
		const extensions = new Set(links.map((link) => new URL(link).pathname.split('.').pop()));
		expect(extensions).toEqual(new Set(['jpeg', 'png']));
		for (const link of links) {
			expect(new URL(link).origin).toBe(sandbox.imageUrl);
			const { status, headers, bytes } = await get(link);
			expect(status).toBe(200);
			expect(headers['content-type']).toBe('image/jpeg');
			expect(headers['content-length']).toBe(String(bytes.length));
			expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
		}
		expect(sandbox.imageRequests).toHaveLength(9);
		expect(sandbox.imageRequests[0]).toMatchObject({
			path: links[0]?.slice(sandbox.imageUrl.length),
			status: 200,
		});
	});

	test('are refused when forged, unknown or expired', async () => {
		const link = await linkOf();
		const later = link.replace(/Expires=\d+/, 'Expires=9999999999');
		expect((await get(later)).status).toBe(403);
		expect((await get(link.replace(/Signature=.*/, ''))).status).toBe(403);
		expect((await get(link.replace(/output\/./, 'output/x'))).status).toBe(404);
		sandbox.linkLifetimeMs = -1000;
		expect((await get(await linkOf())).status).toBe(403);
		expect((await get(link)).status).toBe(200);
	});

	test('can name another host', async () => {
		sandbox.linkHost = 'http://localhost:port';
		const port = new URL(sandbox.imageUrl).port;
		expect(new URL(await linkOf()).origin).toBe(`http://localhost:${port}`);
		sandbox.linkHost = 'https://storage.example';
		expect(new URL(await linkOf()).origin).toBe('https://storage.example');
	});

	test('must not see the key: who shows it is refused, and the run fails at the end', async () => {
		const own = await startSandbox();
		const [link = ''] = await linksOf({}, own);
		expect((await get(link, { authorization: 'Basic x' })).status).toBe(400);
		expect((await get(`${link}&token=${own.key}`)).status).toBe(400);
		expect((await get(link, { 'x-api-key': `key ${own.key}` })).status).toBe(400);
		const posted = await send(`${own.imageUrl}/upload`, {
			method: 'POST',
			dispatcher: agent,
			headers: { authorization: 'Bearer x' },
		});
		expect(posted.statusCode).toBe(400);
		await posted.body.dump();
		own.reset();
		expect(own.violations).toEqual([
			expect.stringContaining('an Authorization header'),
			expect.stringContaining('the key in the URL'),
			expect.stringContaining('the key in the header x-api-key'),
			'POST /upload: an Authorization header',
		]);
		await expect(own.close()).rejects.toThrow(/shown the key:\nGET .*an Authorization header/);
		await expect(get(link)).rejects.toThrow();
	});
});

describe('the rate limit', () => {
	const codes = async (count: number) => {
		const replies = [];
		for (let i = 0; i < count; i++) replies.push((await post(PLAIN_REQUEST)).json);
		return replies.map((json) => json.base_resp?.status_code);
	};

	test('refuses what is over it until the window has slid on', async () => {
		sandbox.limit = { requests: 2, windowMs: 300 };
		expect(await codes(4)).toEqual([0, 0, 1002, 1002]);
		expect(sandbox.requests.map(({ outcome }) => outcome)).toEqual([
			'success',
			'success',
			'limited',
			'limited',
		]);
		await new Promise((resolve) => setTimeout(resolve, 320));
		expect(await codes(3)).toEqual([0, 0, 1002]);
		expect(sandbox.paidImages).toBe(4);
	});

	test('does not count requests refused for other reasons', async () => {
		sandbox.limit = { requests: 1, windowMs: 60_000 };
		expect(await verdict({ n: 10 })).toMatch(/^2013/);
		await post(PLAIN_REQUEST, { authorization: 'Bearer wrong' });
		expect(await codes(2)).toEqual([0, 1002]);
	});

	test('takes no scripted fault for a request it refuses', async () => {
		sandbox.limit = { requests: 1, windowMs: 60_000 };
		expect(await codes(1)).toEqual([0]);
		sandbox.script({ code: 1000 });
		expect(await codes(1)).toEqual([1002]);
		sandbox.limit = undefined;
		expect(await codes(2)).toEqual([1000, 0]);
	});

	test('can answer as a gateway does', async () => {
		sandbox.limit = { requests: 0, windowMs: 1000, answer: 'http429', retryAfterSeconds: 3 };
		const { status, headers, text } = await post(PLAIN_REQUEST);
		expect(status).toBe(429);
		expect(headers['retry-after']).toBe('3');
		expect(headers['content-type']).toContain('text/html');
		expect(text).toContain('<html>');
	});
});

describe('faults of the API', () => {
	const outcomes = () => sandbox.requests.map(({ outcome, paidImages }) => [outcome, paidImages]);

	test('are played in order, then all is normal again', async () => {
		sandbox.script(
			{ code: 1000, message: 'unknown error' },
			undefined,
			{ status: 502 },
			{ status: 503, body: { detail: 'busy' }, headers: { 'Retry-After': '2' } },
		);
		expect((await post(PLAIN_REQUEST)).json.base_resp).toEqual({
			status_code: 1000,
			status_msg: 'unknown error',
		});
		expect((await post(PLAIN_REQUEST)).json.base_resp?.status_code).toBe(0);
		const gateway = await post(PLAIN_REQUEST);
		expect([gateway.status, gateway.headers['content-type']]).toEqual([
			502,
			expect.stringContaining('text/html'),
		]);
		const busy = await post(PLAIN_REQUEST);
		expect([busy.status, busy.text, busy.headers['retry-after']]).toEqual([
			503,
			'{"detail":"busy"}',
			'2',
		]);
		expect((await post(PLAIN_REQUEST)).status).toBe(200);
		expect(outcomes()).toEqual([
			['fault', 0],
			['success', 1],
			['fault', 0],
			['fault', 0],
			['success', 1],
		]);
	});

	test('can stand for every request, and be chosen by request and attempt', async () => {
		sandbox.always(({ body }, attempts) =>
			body.prompt === 'A fox' && attempts < 3 ? { code: 1033 } : undefined,
		);
		expect(await verdict({})).toMatch(/^1033/);
		expect(await verdict({ prompt: 'A hen' })).toBe('0 success');
		expect(await verdict({})).toMatch(/^1033/);
		expect(await verdict({})).toBe('0 success');
		sandbox.always({ code: 1 });
		expect(await verdict({})).toMatch(/^1 /);
		sandbox.reset();
		expect(await verdict({})).toBe('0 success');
	});

	test('a reset leaves without an answer, charged only when it comes after', async () => {
		sandbox.script({ reset: 'before' }, { reset: 'after' });
		await expect(post(PLAIN_REQUEST)).rejects.toThrow();
		await expect(post({ ...PLAIN_REQUEST, n: 4 })).rejects.toThrow();
		expect(outcomes()).toEqual([
			['fault', 0],
			['fault', 4],
		]);
	});

	test('a truncated answer breaks off, charged', async () => {
		sandbox.script({ truncate: true });
		await expect(post(PLAIN_REQUEST)).rejects.toThrow();
		expect(outcomes()).toEqual([['fault', 1]]);
	});

	test('a hanging one never answers, charged', async () => {
		sandbox.script({ hang: true });
		const signal = AbortSignal.timeout(1000);
		const hanging = send(`${sandbox.url}/v1/image_generation`, {
			method: 'POST',
			headers: { authorization: `Bearer ${sandbox.key}`, 'content-type': 'application/json' },
			body: JSON.stringify(PLAIN_REQUEST),
			signal,
		});
		await expect(hanging).rejects.toThrow(/timeout/);
		expect(outcomes()).toEqual([['fault', 1]]);
	});

	test('an answer can be anything, uncharged', async () => {
		sandbox.script({ answer: 'not json {' }, { answer: { odd: true } }, { answer: null });
		expect((await post(PLAIN_REQUEST)).text).toBe('not json {');
		expect((await post(PLAIN_REQUEST)).text).toBe('{"odd":true}');
		expect((await post(PLAIN_REQUEST)).text).toBe('null');
		sandbox.script({ answer: 'hello', contentType: 'text/plain' });
		expect((await post(PLAIN_REQUEST)).headers['content-type']).toContain('text/plain');
		expect(sandbox.paidImages).toBe(0);
	});

	test('the usual answer can be edited, charged', async () => {
		sandbox.script((request) => ({ edit: (answer) => ({ ...answer, number: request.number }) }), {
			edit: (answer) => void (answer.data.image_urls = []),
		});
		expect((await post(PLAIN_REQUEST)).json).toMatchObject({ number: 1, data: {} });
		expect((await post(PLAIN_REQUEST)).json.data?.image_urls).toEqual([]);
		expect(outcomes()).toEqual([
			['fault', 1],
			['fault', 1],
		]);
	});

	test('a delay alone changes nothing else', async () => {
		sandbox.script({ delayMs: 120 });
		const start = Date.now();
		expect(await verdict({})).toBe('0 success');
		expect(Date.now() - start).toBeGreaterThanOrEqual(115);
		expect(outcomes()).toEqual([['success', 1]]);
	});
});

describe('faults of the image origin', () => {
	test('statuses and resets end with the script', async () => {
		const link = await linkOf();
		sandbox.scriptImages({ status: 503 }, { reset: true });
		expect((await get(link)).status).toBe(503);
		await expect(get(link)).rejects.toThrow();
		expect((await get(link)).status).toBe(200);
		expect(sandbox.imageRequests.map(({ status }) => status)).toEqual([503, 0, 200]);
	});

	test('a truncated image announces more than it sends', async () => {
		const link = await linkOf();
		sandbox.scriptImages({ truncate: true });
		await expect(get(link)).rejects.toThrow();
	});

	test('a body is sent as it is', async () => {
		const link = await linkOf();
		sandbox.scriptImages(
			{ body: '<html>', contentType: 'text/html' },
			{ body: Buffer.from([1, 2]), headers: { 'x-kind': 'odd' } },
			{ body: '' },
		);
		const html = await get(link);
		expect([html.headers['content-type'], html.bytes.toString()]).toEqual(['text/html', '<html>']);
		const odd = await get(link);
		expect([odd.headers['x-kind'], odd.headers['content-type'], odd.bytes]).toEqual([
			'odd',
			'image/jpeg',
			Buffer.from([1, 2]),
		]);
		expect((await get(link)).bytes).toHaveLength(0);
	});

	test('a redirect leads where it says', async () => {
		const link = await linkOf();
		sandbox.scriptImages(
			{ redirect: '/elsewhere' },
			{ redirect: 'http://a.example/', status: 307 },
		);
		const first = await get(link);
		expect([first.status, first.headers.location]).toEqual([302, '/elsewhere']);
		const second = await get(link);
		expect([second.status, second.headers.location]).toEqual([307, 'http://a.example/']);
	});

	test('a stalled image stops after 1000 bytes', async () => {
		const link = await linkOf();
		sandbox.scriptImages({ stall: true });
		const patience = new AbortController();
		const response = await send(link, { signal: patience.signal });
		expect(Number(response.headers['content-length'])).toBeGreaterThan(1000);
		let received = 0;
		const read = async () => {
			for await (const chunk of response.body) {
				received += (chunk as Buffer).length;
				if (received >= 1000) setTimeout(() => patience.abort(), 200);
			}
		};
		await expect(read()).rejects.toThrow();
		expect(received).toBe(1000);
	});

	test('an endless one goes on until the client has enough', async () => {
		const link = await linkOf();
		sandbox.scriptImages({ endless: true });
		const response = await send(link);
		let received = 0;
		for await (const chunk of response.body) {
			received += (chunk as Buffer).length;
			if (received > 5_000_000) break;
		}
		expect(received).toBeGreaterThan(5_000_000);
		expect((await get(link)).status).toBe(200);
	});

	test('a slow one comes late and in pieces', async () => {
		sandbox.imageBytes = 80_000;
		const link = await linkOf({ width: 512, height: 512 });
		sandbox.scriptImages({ delayMs: 50, chunkDelayMs: 25 });
		const start = Date.now();
		expect((await get(link)).bytes).toHaveLength(80_000);
		expect(Date.now() - start).toBeGreaterThanOrEqual(145);
	});

	test('can be chosen by path and attempt', async () => {
		const [one = '', two = ''] = await linksOf({ n: 2 });
		sandbox.alwaysImages((_request, attempts) => (attempts === 1 ? { status: 500 } : undefined));
		const statuses = [];
		for (const link of [one, one, two, two]) statuses.push((await get(link)).status);
		expect(statuses).toEqual([500, 200, 500, 200]);
	});

	test('downloads at the same time are counted', async () => {
		const links = await linksOf({ n: 3 });
		sandbox.alwaysImages({ delayMs: 100 });
		await Promise.all(links.map((link) => get(link)));
		expect(sandbox.peakImageDownloads).toBe(3);
	});
});

describe('close', () => {
	test('ends hanging requests, waits and streams at once', async () => {
		const own = await startSandbox({ latencyMs: 60_000, key: 'another-key' });
		own.script({ code: 1000, delayMs: 60_000 });
		const waiting = [postTo(own, PLAIN_REQUEST), postTo(own, PLAIN_REQUEST)];
		own.alwaysImages({ endless: true });
		const stream = await send(`${own.imageUrl}/any.jpeg`);
		const start = Date.now();
		const settled = Promise.allSettled([...waiting, stream.body.text()]);
		while (own.inFlight < 2) await new Promise(setImmediate);
		await own.close();
		expect((await settled).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
		expect(Date.now() - start).toBeLessThan(2000);
		await expect(own.close()).resolves.toBeUndefined();
	});

	test('frees its ports', async () => {
		let ports = { port: 0, imagePort: 0 };
		await withSandbox({}, async (own) => {
			ports = {
				port: Number(new URL(own.url).port),
				imagePort: Number(new URL(own.imageUrl).port),
			};
			await expect(startSandbox(ports)).rejects.toThrow(/EADDRINUSE/);
		});
		await withSandbox(ports, async (own) => {
			expect(own.url).toBe(`http://127.0.0.1:${ports.port}`);
			expect(own.imageUrl).toBe(`http://127.0.0.1:${ports.imagePort}`);
		});
	});
});
