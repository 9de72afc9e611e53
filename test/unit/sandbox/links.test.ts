import { request as send } from 'undici';

import { startSandbox } from '../../sandbox';
import { describeSandboxClient } from '../../support/sandboxClient';

const client = describeSandboxClient();

describe('links', () => {
	test('lead to a JPEG on the other origin, whatever their name says', async () => {
		const links = await client.linksOf({ n: 9 });
		const extensions = new Set(links.map((link) => new URL(link).pathname.split('.').pop()));
		expect(extensions).toEqual(new Set(['jpeg', 'png']));
		for (const link of links) {
			expect(new URL(link).origin).toBe(client.sandbox.imageUrl);
			const { status, headers, bytes } = await client.get(link);
			expect(status).toBe(200);
			expect(headers['content-type']).toBe('image/jpeg');
			expect(headers['content-length']).toBe(String(bytes.length));
			expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
		}
		expect(client.sandbox.imageRequests).toHaveLength(9);
		expect(client.sandbox.imageRequests[0]).toMatchObject({
			path: links[0]?.slice(client.sandbox.imageUrl.length),
			status: 200,
		});
	});

	test('are refused when forged, unknown or expired', async () => {
		const link = await client.linkOf();
		const later = link.replace(/Expires=\d+/, 'Expires=9999999999');
		expect((await client.get(later)).status).toBe(403);
		expect((await client.get(link.replace(/Signature=.*/, ''))).status).toBe(403);
		expect((await client.get(link.replace(/output\/./, 'output/x'))).status).toBe(404);
		client.sandbox.linkLifetimeMs = -1000;
		expect((await client.get(await client.linkOf())).status).toBe(403);
		expect((await client.get(link)).status).toBe(200);
	});

	test('can name another host', async () => {
		client.sandbox.linkHost = 'http://localhost:port';
		const port = new URL(client.sandbox.imageUrl).port;
		expect(new URL(await client.linkOf()).origin).toBe(`http://localhost:${port}`);
		client.sandbox.linkHost = 'https://storage.example';
		expect(new URL(await client.linkOf()).origin).toBe('https://storage.example');
	});

	test('must not see the key: who shows it is refused, and the run fails at the end', async () => {
		const own = await startSandbox();
		const [link = ''] = await client.linksOf({}, own);
		expect((await client.get(link, { authorization: 'Basic x' })).status).toBe(400);
		expect((await client.get(`${link}&token=${own.key}`)).status).toBe(400);
		expect((await client.get(link, { 'x-api-key': `key ${own.key}` })).status).toBe(400);
		const posted = await send(`${own.imageUrl}/upload`, {
			method: 'POST',
			dispatcher: client.agent,
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
		await expect(client.get(link)).rejects.toThrow();
	});
});
