import sharp from 'sharp';

import type { Fault } from '../../sandbox';
import { describeSandboxClient, PLAIN_REQUEST } from '../../support/sandboxClient';

const client = describeSandboxClient();
const HALF_OR_LESS = 0.55;

describe('the API', () => {
	test.each<[string, Fault, number]>([
		['a code', { code: 1001, charged: true }, 200],
		['a status', { status: 504, charged: true }, 504],
		['an answer', { answer: '<html>', charged: true }, 200],
	])('can charge before %s', async (_name, fault, status) => {
		client.sandbox.script(fault);

		const answer = await client.post({ ...PLAIN_REQUEST, n: 3 });

		expect(answer.status).toBe(status);
		expect(answer.json.data).toBeUndefined();
		expect(client.sandbox.paidImages).toBe(3);
		expect(client.sandbox.requests.map(({ outcome }) => outcome)).toEqual(['fault']);
	});

	test.each(['gzip', 'br', 'deflate'] as const)('compresses with %s, charged', async (encoding) => {
		client.sandbox.script({ encoding });
		const { url, key } = client.sandbox;

		const answer = await fetch(`${url}/v1/image_generation`, {
			method: 'POST',
			headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
			body: JSON.stringify(PLAIN_REQUEST),
		});

		const text = await answer.text();
		expect(answer.headers.get('content-encoding')).toBe(encoding);
		expect(Number(answer.headers.get('content-length'))).not.toBe(text.length);
		expect(JSON.parse(text)).toMatchObject({ base_resp: { status_code: 0 } });
		expect(client.sandbox.paidImages).toBe(1);
	});
});

describe('the image origin', () => {
	test('cuts an image silently: no length, and a clean end', async () => {
		const link = await client.linkOf();
		const whole = await client.get(link);
		client.sandbox.scriptImages({ truncate: 'silently' });

		const half = await client.get(link);

		expect(half.headers).not.toHaveProperty('content-length');
		expect(half.bytes.length).toBe(whole.bytes.length >> 1);
		expect(half.bytes).toEqual(whole.bytes.subarray(0, half.bytes.length));
	});

	test.each(['png', 'webp', 'gif', 'avif'] as const)('serves %s, whole or half', async (format) => {
		const link = await client.linkOf();
		client.sandbox.scriptImages({ format }, { format, half: true });

		const whole = await client.get(link);
		const half = await client.get(link);

		expect(await sharp(whole.bytes).metadata()).toMatchObject({
			format: format === 'avif' ? 'heif' : format,
			width: 1024,
		});
		expect(half.headers).not.toHaveProperty('content-length');
		expect(half.bytes.length).toBeLessThan(whole.bytes.length * HALF_OR_LESS);
	});

	test('compresses an image, with the length of what it sends', async () => {
		const link = await client.linkOf();
		const plain = await client.get(link);
		client.sandbox.scriptImages({ encoding: 'gzip' });

		const packed = await client.get(link);

		expect(packed.headers['content-encoding']).toBe('gzip');
		expect(packed.headers['content-length']).toBe(String(packed.bytes.length));
		expect(packed.bytes).not.toEqual(plain.bytes);
	});

	test('refuses with words of its own where asked to', async () => {
		const link = await client.linkOf();
		client.sandbox.scriptImages({ status: 403, body: '<Error><Code>AccessDenied</Code></Error>' });

		const { status, bytes } = await client.get(link);

		expect([status, bytes.toString()]).toEqual([403, '<Error><Code>AccessDenied</Code></Error>']);
	});

	test('ends the life of the links given out so far, and of no other', async () => {
		const old = await client.linkOf();
		client.sandbox.expireLinks();
		const fresh = await client.linkOf();

		const refused = await client.get(old);

		expect([refused.status, refused.bytes.toString()]).toEqual([
			403,
			expect.stringContaining('expired'),
		]);
		expect((await client.get(fresh)).status).toBe(200);
	});
});
