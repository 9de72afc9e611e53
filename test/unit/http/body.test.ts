import { PassThrough, Readable } from 'node:stream';

import { BodyError, readBody } from '../../../nodes/MiniMaxImage/http/body';

const LIMITS = { maxBytes: 1000, timeoutMs: 5000 };

const bodyOf = (...parts: string[]) => Readable.from(parts.map((part) => Buffer.from(part)));

/** Timers that this process waits for. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test.each([
	['the announced length', 9],
	['less than announced', 500],
	['no announced length', undefined],
	['more than announced, by a whole part', 6],
	['more than announced, in the middle of a part', 4],
	['more than announced, from the first part on', 2],
	['an announced length of zero', 0],
])('a body of %s is read whole', async (_name, expectedBytes) => {
	const bytes = await readBody(bodyOf('abc', 'def', 'ghi'), { ...LIMITS, expectedBytes });

	expect(bytes.toString()).toBe('abcdefghi');
});

test.each([undefined, 0])('an empty body is empty (announced: %p)', async (expectedBytes) => {
	expect(await readBody(bodyOf(), { ...LIMITS, expectedBytes })).toEqual(Buffer.alloc(0));
});

test('a body that comes bit by bit is read to its end', async () => {
	const body = new PassThrough();
	const bytes = readBody(body, LIMITS);
	for (let part = 0; part < 50; part++) {
		body.write(Buffer.from([part]));
		await new Promise((resolve) => setImmediate(resolve));
	}
	body.end();

	expect([...(await bytes)]).toEqual(Array.from({ length: 50 }, (_, part) => part));
});

test('a body of exactly the largest size is read', async () => {
	const bytes = await readBody(bodyOf('x'.repeat(600), 'x'.repeat(400)), LIMITS);

	expect(bytes).toHaveLength(1000);
});

test('a body that is announced as too large is not read at all', async () => {
	const body = bodyOf('abc');

	await expect(readBody(body, { ...LIMITS, expectedBytes: 1001 })).rejects.toMatchObject({
		reason: 'tooLarge',
	});
	expect(body.readableDidRead).toBe(false);
	expect(body.destroyed).toBe(true);
});

test.each([undefined, 10])(
	'a body that turns out too large is not read to its end (announced: %p)',
	async (expectedBytes) => {
		let parts = 0;
		const body = Readable.from(
			(function* () {
				for (; ; parts++) yield Buffer.alloc(100);
			})(),
		);

		const reading = readBody(body, { ...LIMITS, expectedBytes });

		await expect(reading).rejects.toBeInstanceOf(BodyError);
		await expect(reading).rejects.toMatchObject({ reason: 'tooLarge' });
		expect(parts).toBeLessThan(40);
		expect(body.destroyed).toBe(true);
	},
);

test('a body that stalls is given up in time', async () => {
	const body = new PassThrough();
	body.write('the start');
	const startedAt = performance.now();

	await expect(readBody(body, { ...LIMITS, timeoutMs: 60 })).rejects.toMatchObject({
		reason: 'tooSlow',
	});
	expect(performance.now() - startedAt).toBeLessThan(5_000);
	expect(body.destroyed).toBe(true);
});

test('a body that comes drop by drop is given up in time', async () => {
	const body = new PassThrough();
	const drops = setInterval(() => body.writable && body.write('.'), 5);

	await expect(readBody(body, { ...LIMITS, timeoutMs: 60 })).rejects.toMatchObject({
		reason: 'tooSlow',
	});
	clearInterval(drops);
	expect(body.destroyed).toBe(true);
});

test('no time left is no crash', async () => {
	await expect(readBody(new PassThrough(), { ...LIMITS, timeoutMs: -5 })).rejects.toMatchObject({
		reason: 'tooSlow',
	});
});

test('what the connection throws is passed on', async () => {
	const body = new PassThrough();
	const reading = readBody(body, LIMITS);
	const broken = Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
	body.write('the start');
	body.destroy(broken);

	await expect(reading).rejects.toBe(broken);
	expect(body.destroyed).toBe(true);
});

test('however reading ends, the stream is destroyed and no timer is left', async () => {
	const before = timers();
	const read = bodyOf('abc');
	const large = bodyOf('x'.repeat(2000));
	const broken = new PassThrough();

	await readBody(read, LIMITS);
	await readBody(large, LIMITS).catch(() => undefined);
	const reading = readBody(broken, LIMITS).catch(() => undefined);
	expect(timers()).toBe(before + 1);
	broken.destroy(new Error('broken'));
	await reading;

	expect(timers()).toBe(before);
	expect([read, large, broken].map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
});
