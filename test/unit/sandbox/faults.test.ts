import { request as send } from 'undici';

import { describeSandboxClient, PLAIN_REQUEST } from '../../support/sandboxClient';

const client = describeSandboxClient();

describe('faults of the API', () => {
	const outcomes = () =>
		client.sandbox.requests.map(({ outcome, paidImages }) => [outcome, paidImages]);

	test('are played in order, then all is normal again', async () => {
		client.sandbox.script(
			{ code: 1000, message: 'unknown error' },
			undefined,
			{ status: 502 },
			{ status: 503, body: { detail: 'busy' }, headers: { 'Retry-After': '2' } },
		);
		expect((await client.post(PLAIN_REQUEST)).json.base_resp).toEqual({
			status_code: 1000,
			status_msg: 'unknown error',
		});
		expect((await client.post(PLAIN_REQUEST)).json.base_resp?.status_code).toBe(0);
		const gateway = await client.post(PLAIN_REQUEST);
		expect([gateway.status, gateway.headers['content-type']]).toEqual([
			502,
			expect.stringContaining('text/html'),
		]);
		const busy = await client.post(PLAIN_REQUEST);
		expect([busy.status, busy.text, busy.headers['retry-after']]).toEqual([
			503,
			'{"detail":"busy"}',
			'2',
		]);
		expect((await client.post(PLAIN_REQUEST)).status).toBe(200);
		expect(outcomes()).toEqual([
			['fault', 0],
			['success', 1],
			['fault', 0],
			['fault', 0],
			['success', 1],
		]);
	});

	test('can stand for every request, and be chosen by request and attempt', async () => {
		client.sandbox.always(({ body }, attempts) =>
			body.prompt === 'A fox' && attempts < 3 ? { code: 1033 } : undefined,
		);
		expect(await client.verdict({})).toMatch(/^1033/);
		expect(await client.verdict({ prompt: 'A hen' })).toBe('0 success');
		expect(await client.verdict({})).toMatch(/^1033/);
		expect(await client.verdict({})).toBe('0 success');
		client.sandbox.always({ code: 1 });
		expect(await client.verdict({})).toMatch(/^1 /);
		client.sandbox.reset();
		expect(await client.verdict({})).toBe('0 success');
	});

	test('a reset leaves without an answer, charged only when it comes after', async () => {
		client.sandbox.script({ reset: 'before' }, { reset: 'after' });
		await expect(client.post(PLAIN_REQUEST)).rejects.toThrow();
		await expect(client.post({ ...PLAIN_REQUEST, n: 4 })).rejects.toThrow();
		expect(outcomes()).toEqual([
			['fault', 0],
			['fault', 4],
		]);
	});

	test('a truncated answer breaks off, charged', async () => {
		client.sandbox.script({ truncate: true });
		await expect(client.post(PLAIN_REQUEST)).rejects.toThrow();
		expect(outcomes()).toEqual([['fault', 1]]);
	});

	test('a hanging one never answers, charged', async () => {
		client.sandbox.script({ hang: true });
		const signal = AbortSignal.timeout(1000);
		const hanging = send(`${client.sandbox.url}/v1/image_generation`, {
			method: 'POST',
			headers: {
				authorization: `Bearer ${client.sandbox.key}`,
				'content-type': 'application/json',
			},
			body: JSON.stringify(PLAIN_REQUEST),
			signal,
		});
		await expect(hanging).rejects.toThrow(/timeout/);
		expect(outcomes()).toEqual([['fault', 1]]);
	});

	test('an answer can be anything, uncharged', async () => {
		client.sandbox.script({ answer: 'not json {' }, { answer: { odd: true } }, { answer: null });
		expect((await client.post(PLAIN_REQUEST)).text).toBe('not json {');
		expect((await client.post(PLAIN_REQUEST)).text).toBe('{"odd":true}');
		expect((await client.post(PLAIN_REQUEST)).text).toBe('null');
		client.sandbox.script({ answer: 'hello', contentType: 'text/plain' });
		expect((await client.post(PLAIN_REQUEST)).headers['content-type']).toContain('text/plain');
		expect(client.sandbox.paidImages).toBe(0);
	});

	test('the usual answer can be edited, charged', async () => {
		client.sandbox.script(
			(request) => ({ edit: (answer) => ({ ...answer, number: request.number }) }),
			{
				edit: (answer) => void (answer.data.image_urls = []),
			},
		);
		expect((await client.post(PLAIN_REQUEST)).json).toMatchObject({ number: 1, data: {} });
		expect((await client.post(PLAIN_REQUEST)).json.data?.image_urls).toEqual([]);
		expect(outcomes()).toEqual([
			['fault', 1],
			['fault', 1],
		]);
	});

	test('a delay alone changes nothing else', async () => {
		client.sandbox.script({ delayMs: 120 });
		const start = Date.now();
		expect(await client.verdict({})).toBe('0 success');
		expect(Date.now() - start).toBeGreaterThanOrEqual(115);
		expect(outcomes()).toEqual([['success', 1]]);
	});
});
