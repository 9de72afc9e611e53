import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { withLinks } from '../../support/answers';
import { picture } from '../../support/images';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox({ plain: true });

const CONTINUE = { onError: 'continueRegularOutput' as const };

const servers: Server[] = [];

/** Another host of the same network. */
async function serve(answer: RequestListener): Promise<string> {
	const server = createServer(answer);
	servers.push(server);
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
	for (const server of servers.splice(0)) {
		server.closeAllConnections();
		server.close();
	}
});

/** Where clouds answer with the secrets of their machines, in each way to write it. */
const LINK_LOCAL = [
	'http://169.254.169.254/latest/meta-data/',
	'https://169.254.169.254/',
	'http://169.254.169.254./',
	'http://169.254.0.1:8080/',
	'http://2852039166/',
	'http://0xa9fea9fe/',
	'http://0251.0376.0251.0376/',
	'http://[::ffff:169.254.169.254]/',
	'http://[::ffff:a9fe:a9fe]/',
	'http://[::169.254.169.254]/',
	'http://[64:ff9b::169.254.169.254]/',
	'http://[fe80::1]/',
	'http://[febf::1]/',
	'//169.254.169.254/latest/',
	'http://user@169.254.169.254/',
	'http://１６９.254.169.254/',
];

/** Without what no header may hold. */
const asHeader = (link: string) => encodeURI(link).replaceAll('%5B', '[').replaceAll('%5D', ']');

describe('an address of the local link is never asked, even where the API is in the network itself', () => {
	const refused = LINK_LOCAL.map(() => ({
		code: 'badLink',
		description: expect.stringContaining('it leads to an address of the local link'),
		traceId: expect.any(String),
		imageUrl: expect.any(String),
	}));
	const rows = {
		items: LINK_LOCAL.map((_link, seed) => ({ json: { seed } })),
		node: CONTINUE,
		parameters: { options: { seed: '={{ $json.seed }}', timeout: 2, maxConcurrency: 1 } },
	};

	test('as a link', async () => {
		node.sandbox.always(({ body }) => ({ answer: withLinks(LINK_LOCAL[Number(body.seed)]) }));

		const { items } = await node.run(rows);

		expect(items.map(({ json }) => json.errorDetails)).toEqual(refused);
	});

	test('as a redirect', async () => {
		const left = [...LINK_LOCAL];
		node.sandbox.alwaysImages(() => ({ redirect: asHeader(left.shift() ?? '') }));

		const { items } = await node.run(rows);

		expect(items.map(({ json }) => json.errorDetails)).toEqual(refused);
		expect(node.sandbox.imageRequests).toHaveLength(LINK_LOCAL.length);
		expect(node.sandbox.paidImages).toBe(LINK_LOCAL.length);
	});
});

describe('a network that speaks http alone', () => {
	test.each([301, 302, 303, 307, 308])(
		'has its redirects followed (HTTP status %i), from host to host',
		async (status) => {
			const bytes = await picture('png');
			const asked: (string | undefined)[] = [];
			const store = await serve((request, response) => {
				asked.push(request.url, request.headers.authorization);
				response.end(bytes);
			});
			const gateway = await serve((request, response) => {
				response.writeHead(status, { location: `${store}/bucket${request.url}?X-Amz-Expires=60` });
				response.end();
			});
			node.sandbox.script({ answer: withLinks(`${gateway}/a.png`) });

			const { items, error } = await node.run();

			expect(error).toBeUndefined();
			expect(items[0]?.json).toMatchObject({ imageUrl: `${gateway}/a.png`, width: 64, height: 80 });
			expect(asked).toEqual(['/bucket/a.png?X-Amz-Expires=60', undefined]);
		},
	);

	test('has a redirect to a path followed on the same host', async () => {
		const bytes = await picture('png');
		const store = await serve(({ url }, response) => {
			if (url !== '/b/c.png') response.writeHead(302, { location: '../b/c.png' });
			response.end(bytes);
		});
		node.sandbox.script({ answer: withLinks(`${store}/a/a.png`) });

		const { items } = await node.run();

		expect(items[0]?.json.width).toBe(64);
	});

	test.each([
		['that is longer than 8 KB', `/${'a'.repeat(9_000)}`, 'a redirect that is too long'],
		['to no web address', 'data:image/png;base64,AAAA', 'neither http nor https'],
		['to JavaScript', 'javascript:alert(1)', 'neither http nor https'],
		['to nowhere', 'http://', 'neither http nor https'],
	])('has a redirect %s refused', async (_name, location, detail) => {
		const store = await serve((_request, response) => {
			response.writeHead(302, { location });
			response.end();
		});
		node.sandbox.script({ answer: withLinks(`${store}/a.png`) });

		const { error } = await node.run();

		expect(error?.context).toMatchObject({ code: 'badLink', detail });
	});
});

test.each([400, 401, 418, 500])(
	'of a host in the network the status %i is told, and no word of its answer',
	async (status) => {
		const secret = await serve((_request, response) => {
			response.writeHead(status, { 'content-type': 'text/plain', 'x-secret': 'the-secret' });
			response.end('the secret of the network');
		});
		node.sandbox.always({ answer: withLinks(`${secret}/admin`) });

		const failed = await node.run({ parameters: { options: { maxRetries: 0 } } });
		const { items, stored } = await node.run({
			node: CONTINUE,
			parameters: { options: { maxRetries: 0 } },
		});

		expect(failed.error?.context).toMatchObject({
			code: 'downloadFailed',
			detail: `HTTP status ${status}`,
		});
		expect(items[0]?.json.errorDetails).toMatchObject({ code: 'downloadFailed' });
		expect(failed.stored + stored).not.toContain('secret');
	},
);

test('of a file in the network that is no image its kind is told, and no word of it', async () => {
	const secret = await serve((_request, response) => response.end('{"password":"the secret"}'));
	node.sandbox.always({ answer: withLinks(`${secret}/config.json`) });

	const { error, stored } = await node.run({ parameters: { options: { maxRetries: 0 } } });

	expect(error?.context).toMatchObject({ code: 'notAnImage', detail: 'It is JSON text' });
	expect(stored).not.toContain('the secret');
});
