import { request as send } from 'undici';

import { startSandbox } from '../../sandbox';
import type { Sandbox, SandboxOptions } from '../../sandbox';
import { describeSandboxClient, PLAIN_REQUEST } from '../../support/sandboxClient';

const client = describeSandboxClient();

describe('the key', () => {
	test.each(['Bearer other', 'bearer sandbox-key-0001', 'sandbox-key-0001', ''])(
		'"%s" is answered as invalid with HTTP 200',
		async (authorization) => {
			const { status, json } = await client.post(PLAIN_REQUEST, { authorization });
			expect(status).toBe(200);
			expect(json).toEqual({ base_resp: { status_code: 2049, status_msg: 'invalid api key' } });
			expect(client.sandbox.requests).toMatchObject([{ outcome: 'refused', code: 2049 }]);
		},
	);

	test('a wrong one can be answered by the other code, or by HTTP 401', async () => {
		const wrong = { authorization: 'Bearer wrong' };
		client.sandbox.badKeyAnswer = '1004';
		expect((await client.post(PLAIN_REQUEST, wrong)).json.base_resp?.status_code).toBe(1004);
		client.sandbox.badKeyAnswer = '401';
		const { status, headers, json } = await client.post(PLAIN_REQUEST, wrong);
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
		const url = `${client.sandbox.url}/v1/files/list?purpose=voice_clone`;
		const good = await client.get(url, { authorization: `Bearer ${client.sandbox.key}` });
		expect(JSON.parse(good.bytes.toString())).toEqual({
			files: [],
			base_resp: { status_code: 0, status_msg: 'success' },
		});
		const bad = await client.get(url, { authorization: 'Bearer wrong' });
		expect(bad.status).toBe(200);
		expect(JSON.parse(bad.bytes.toString())).toMatchObject({ base_resp: { status_code: 2049 } });
		expect(client.sandbox.requests).toEqual([]);
	});

	test('any other path is 404 in JSON', async () => {
		const { status, bytes } = await client.get(`${client.sandbox.url}/v1/other`);
		expect(status).toBe(404);
		expect(JSON.parse(bytes.toString())).toEqual({ error: 'not found' });
	});
});

describe('the rate limit', () => {
	const codes = async (count: number) => {
		const replies = [];
		for (let i = 0; i < count; i++) replies.push((await client.post(PLAIN_REQUEST)).json);
		return replies.map((json) => json.base_resp?.status_code);
	};

	test('refuses what is over it until the window has slid on', async () => {
		client.sandbox.limit = { requests: 2, windowMs: 300 };
		expect(await codes(4)).toEqual([0, 0, 1002, 1002]);
		expect(client.sandbox.requests.map(({ outcome }) => outcome)).toEqual([
			'success',
			'success',
			'limited',
			'limited',
		]);
		await new Promise((resolve) => setTimeout(resolve, 320));
		expect(await codes(3)).toEqual([0, 0, 1002]);
		expect(client.sandbox.paidImages).toBe(4);
	});

	test('does not count requests refused for other reasons', async () => {
		client.sandbox.limit = { requests: 1, windowMs: 60_000 };
		expect(await client.verdict({ n: 10 })).toMatch(/^2013/);
		await client.post(PLAIN_REQUEST, { authorization: 'Bearer wrong' });
		expect(await codes(2)).toEqual([0, 1002]);
	});

	test('takes no scripted fault for a request it refuses', async () => {
		client.sandbox.limit = { requests: 1, windowMs: 60_000 };
		expect(await codes(1)).toEqual([0]);
		client.sandbox.script({ code: 1000 });
		expect(await codes(1)).toEqual([1002]);
		client.sandbox.limit = undefined;
		expect(await codes(2)).toEqual([1000, 0]);
	});

	test('can answer as a gateway does', async () => {
		client.sandbox.limit = { requests: 0, windowMs: 1000, answer: 'http429', retryAfterSeconds: 3 };
		const { status, headers, text } = await client.post(PLAIN_REQUEST);
		expect(status).toBe(429);
		expect(headers['retry-after']).toBe('3');
		expect(headers['content-type']).toContain('text/html');
		expect(text).toContain('<html>');
	});
});

async function withSandbox(options: SandboxOptions, run: (own: Sandbox) => Promise<void>) {
	const own = await startSandbox(options);
	try {
		await run(own);
	} finally {
		await own.close();
	}
}

describe('close', () => {
	test('ends hanging requests, waits and streams at once', async () => {
		const own = await startSandbox({ latencyMs: 60_000, key: 'another-key' });
		own.script({ code: 1000, delayMs: 60_000 });
		const waiting = [client.postTo(own, PLAIN_REQUEST), client.postTo(own, PLAIN_REQUEST)];
		own.alwaysImages({ endless: true });
		const stream = await send(`${own.imageUrl}/any.jpeg`);
		const start = Date.now();
		const settled = Promise.allSettled([...waiting, stream.body.text()]);
		while (own.inFlight < 2) await new Promise(setImmediate);
		await own.close();
		expect((await settled).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
		expect(Date.now() - start).toBeLessThan(20_000);
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
