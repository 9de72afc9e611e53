import { request as send } from 'undici';

import { describeSandboxClient } from '../../support/sandboxClient';

const client = describeSandboxClient();

describe('faults of the image origin', () => {
	test('statuses and resets end with the script', async () => {
		const link = await client.linkOf();
		client.sandbox.scriptImages({ status: 503 }, { reset: true });
		expect((await client.get(link)).status).toBe(503);
		await expect(client.get(link)).rejects.toThrow();
		expect((await client.get(link)).status).toBe(200);
		expect(client.sandbox.imageRequests.map(({ status }) => status)).toEqual([503, 0, 200]);
	});

	test('a truncated image announces more than it sends', async () => {
		const link = await client.linkOf();
		client.sandbox.scriptImages({ truncate: true });
		await expect(client.get(link)).rejects.toThrow();
	});

	test('a body is sent as it is', async () => {
		const link = await client.linkOf();
		client.sandbox.scriptImages(
			{ body: '<html>', contentType: 'text/html' },
			{ body: Buffer.from([1, 2]), headers: { 'x-kind': 'odd' } },
			{ body: '' },
		);
		const html = await client.get(link);
		expect([html.headers['content-type'], html.bytes.toString()]).toEqual(['text/html', '<html>']);
		const odd = await client.get(link);
		expect([odd.headers['x-kind'], odd.headers['content-type'], odd.bytes]).toEqual([
			'odd',
			'image/jpeg',
			Buffer.from([1, 2]),
		]);
		expect((await client.get(link)).bytes).toHaveLength(0);
	});

	test('a redirect leads where it says', async () => {
		const link = await client.linkOf();
		client.sandbox.scriptImages(
			{ redirect: '/elsewhere' },
			{ redirect: 'http://a.example/', status: 307 },
		);
		const first = await client.get(link);
		expect([first.status, first.headers.location]).toEqual([302, '/elsewhere']);
		const second = await client.get(link);
		expect([second.status, second.headers.location]).toEqual([307, 'http://a.example/']);
	});

	test('a stalled image stops after 1000 bytes', async () => {
		const link = await client.linkOf();
		client.sandbox.scriptImages({ stall: true });
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
		const link = await client.linkOf();
		client.sandbox.scriptImages({ endless: true });
		const response = await send(link);
		let received = 0;
		for await (const chunk of response.body) {
			received += (chunk as Buffer).length;
			if (received > 5_000_000) break;
		}
		expect(received).toBeGreaterThan(5_000_000);
		expect((await client.get(link)).status).toBe(200);
	});

	test('a slow one comes late and in pieces', async () => {
		client.sandbox.imageBytes = 80_000;
		const link = await client.linkOf({ width: 512, height: 512 });
		client.sandbox.scriptImages({ delayMs: 50, chunkDelayMs: 25 });
		const start = Date.now();
		expect((await client.get(link)).bytes).toHaveLength(80_000);
		expect(Date.now() - start).toBeGreaterThanOrEqual(145);
	});

	test('can be chosen by path and attempt', async () => {
		const [one = '', two = ''] = await client.linksOf({ n: 2 });
		client.sandbox.alwaysImages((_request, attempts) =>
			attempts === 1 ? { status: 500 } : undefined,
		);
		const statuses = [];
		for (const link of [one, one, two, two]) statuses.push((await client.get(link)).status);
		expect(statuses).toEqual([500, 200, 500, 200]);
	});

	test('downloads at the same time are counted', async () => {
		const links = await client.linksOf({ n: 3 });
		client.sandbox.alwaysImages({ delayMs: 100 });
		await Promise.all(links.map((link) => client.get(link)));
		expect(client.sandbox.peakImageDownloads).toBe(3);
	});
});
