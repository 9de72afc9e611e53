import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { picture } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const noRetries = { options: { maxRetries: 0 } };

let server: Server | undefined;

/** Another host on loopback. */
async function serve(answer: RequestListener): Promise<string> {
	server = createServer(answer);
	await once(server.listen(0, '127.0.0.1'), 'listening');
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(() => {
	server?.closeAllConnections();
	server?.close();
});

test.each(['jpeg', 'png', 'webp'] as const)(
	'%s is recognized by its bytes, whatever link and header say',
	async (format) => {
		const body = await picture(format);
		node.sandbox.alwaysImages({ body, contentType: 'text/plain' });

		const { items } = await node.run({ parameters: { options: { fileName: 'face.gif' } } });

		const extension = format === 'jpeg' ? 'jpg' : format;
		expect(items[0]?.binary?.data).toMatchObject({
			mimeType: `image/${format}`,
			fileExtension: extension,
			fileName: `face.${extension}`,
			data: body.toString('base64'),
		});
		expect(items[0]?.json).toMatchObject({ width: 64, height: 80 });
	},
);

test.each<[string, Buffer | string, string, string]>([
	[
		'a web page',
		'<!DOCTYPE html><p>Blocked</p>',
		'What came back from the image link is not an image',
		'a web page',
	],
	['an empty file', '', 'What came back from the image link is not an image', 'It is empty'],
])('%s instead of an image is an error with the link', async (_name, body, message, detail) => {
	node.sandbox.alwaysImages({ body, contentType: 'image/jpeg' });

	const { error } = await node.run({ parameters: noRetries });

	expect(error?.message).toBe(`${message} [item 0]`);
	expect(error?.description).toContain(detail);
	expect(error?.description).toContain(`${node.sandbox.imageUrl}/`);
	expect(error?.context.imageUrl).toContain(`${node.sandbox.imageUrl}/`);
});

test('what is larger than 64 MB is not read to its end', async () => {
	node.sandbox.alwaysImages({ endless: true });

	const { error } = await node.run({ parameters: noRetries });

	expect(error?.message).toBe('What came back is larger than 64 MB [item 0]');
});

test('an announced length over 64 MB is refused without reading', async () => {
	const url = await serve((_request, response) => {
		response.writeHead(200, { 'content-length': 65 * 1024 * 1024 });
		response.write(Buffer.from([0xff, 0xd8, 0xff]));
	});
	node.sandbox.script({ answer: { data: { image_urls: [url] } } });

	const { error } = await node.run({ parameters: noRetries });

	expect(error?.message).toBe('What came back is larger than 64 MB [item 0]');
});

test('a stalled download ends with the time-out that says which option sets it', async () => {
	node.sandbox.alwaysImages({ stall: true });

	const { error } = await node.run({ parameters: { options: { maxRetries: 0, timeout: 1 } } });

	expect(error?.message).toBe(
		'The image was not fetched within the "Timeout" of 1 seconds [item 0]',
	);
	expect(error?.description).toContain('Raise the option "Timeout"');
});

describe('redirects', () => {
	const hops = (count: number) => {
		let left = count;
		node.sandbox.alwaysImages(({ path }) => (left-- > 0 ? { redirect: path } : undefined));
	};

	test('three are followed', async () => {
		hops(3);

		const { items } = await node.run({ parameters: noRetries });

		expect(items).toHaveLength(1);
		expect(node.sandbox.imageRequests).toHaveLength(4);
	});

	test('a fourth is not', async () => {
		hops(4);

		const { error } = await node.run({ parameters: noRetries });

		expect(error?.message).toBe('The image link is not one that can be fetched [item 0]');
		expect(error?.description).toContain('too many redirects');
		expect(node.sandbox.imageRequests).toHaveLength(4);
	});

	test('none leads away from the web', async () => {
		node.sandbox.alwaysImages({ redirect: 'file:///etc/passwd' });

		const { error } = await node.run({ parameters: noRetries });

		expect(error?.description).toContain('neither http nor https');
	});

	test('the key goes along none, of the link or of the API', async () => {
		const seen: (string | undefined)[] = [];
		const url = await serve((request, response) => {
			seen.push(request.headers.authorization);
			response.end('{}');
		});

		node.sandbox.script({ status: 307, headers: { location: url } });
		const redirected = await node.run({ parameters: noRetries });
		node.sandbox.alwaysImages({ redirect: url });
		await node.run({ parameters: noRetries });

		expect(redirected.error?.message).toBe('The host redirects to another address [item 0]');
		expect(redirected.error?.description).toContain('Enter the final address as "Base URL"');
		expect(seen).toEqual([undefined]);
	});
});

test.each([401, 404, 429, 503])(
	'HTTP status %i of the image host is not told as if it were the API',
	async (status) => {
		node.sandbox.alwaysImages({ status });

		const { error } = await node.run({ parameters: noRetries });

		expect(error?.message).toBe(
			`The image could not be fetched from its host ${new URL(node.sandbox.imageUrl).host} [item 0]`,
		);
		expect(error?.description).toContain('Fetch the link yourself: the image is paid for');
		expect(error?.description).toContain('set the option "Transfer" to Inline');
		expect(error?.description).toContain(`HTTP status ${status}`);
		expect(error?.context.imageUrl).toMatch(/^http/);
	},
);

test('a user name in a link does not become an Authorization header', async () => {
	const seen: (string | undefined)[] = [];
	const url = await serve((request, response) => {
		seen.push(request.headers.authorization);
		response.end(Buffer.from([0xff, 0xd8, 0xff, 0xd9]));
	});
	node.sandbox.script({
		answer: { data: { image_urls: [url.replace('://', '://user:secret@')] } },
	});

	const { items } = await node.run({ parameters: noRetries });

	expect(items).toHaveLength(1);
	expect(seen).toEqual([undefined]);
});

test('no Authorization header and no key reach the image host', async () => {
	await node.run({ parameters: { numberOfImages: 3 } });

	expect(node.sandbox.imageRequests).toHaveLength(3);
	for (const { headers, path } of node.sandbox.imageRequests) {
		expect(headers).not.toHaveProperty('authorization');
		expect(JSON.stringify([headers, path])).not.toContain(node.sandbox.key);
	}
	expect(node.sandbox.violations).toEqual([]);
});

test('one image of several that cannot be fetched: the others arrive, the error item carries its link', async () => {
	node.sandbox.alwaysImages(({ path }) =>
		path.startsWith(secondPath()) ? { status: 410 } : undefined,
	);
	const secondPath = () => node.sandbox.imageRequests[1]?.path ?? '-';

	const { items } = await node.run({
		node: { onError: 'continueRegularOutput' },
		parameters: { numberOfImages: 3 },
	});

	const failed = items.at(-1);
	expect(items.map(({ json }) => json.imageIndex)).toEqual([
		expect.any(Number),
		expect.any(Number),
		undefined,
	]);
	expect(failed).toMatchObject({
		json: {
			error: expect.stringMatching(/^Image \d of 3: The image link is no longer valid$/),
			errorDetails: {
				code: 'linkExpired',
				imageUrl: expect.stringContaining(`${node.sandbox.imageUrl}/`),
				traceId: items[0]?.json.requestId,
			},
		},
		pairedItem: { item: 0 },
	});
	expect(node.sandbox.requests).toHaveLength(1);
});

test('a run that stops at a failed download lists the links of the images that are paid for', async () => {
	node.sandbox.alwaysImages((_request, attempts) =>
		attempts === 1 && node.sandbox.imageRequests.length === 3 ? { status: 403 } : undefined,
	);

	const { error } = await node.run({ parameters: { numberOfImages: 3 } });

	const links = node.sandbox.imageRequests.map(({ path }) => node.sandbox.imageUrl + path);
	expect(links).toHaveLength(3);
	for (const link of links) {
		expect(error?.description).toContain(`href="${link.replaceAll('&', '&amp;')}"`);
	}
	expect(error?.context.paidLinks).toHaveLength(2);
});
