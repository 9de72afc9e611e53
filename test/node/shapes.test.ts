import type { GenerationAnswer } from '../sandbox';
import { decoded } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

/** More than any id, signature or digest has. */
const BASE64 = /[A-Za-z0-9+/]{300}/;
const RETRY = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

const linkIn = ({ data }: GenerationAnswer) => data.image_urls?.[0] ?? '';
const textIn = ({ data }: GenerationAnswer) => data.image_base64?.[0] ?? '';
const dataUrlIn = (answer: GenerationAnswer) => `data:image/jpeg;base64,${textIn(answer)}`;

/** Answers of gateways, and of interfaces that they copy, made of MiniMax's own. */
const WITH_LINKS: [string, (answer: GenerationAnswer) => unknown][] = [
	['{created, data: [{url}]}', (answer) => ({ created: 1, data: [{ url: linkIn(answer) }] })],
	['{data: {image_urls: "…"}}', (answer) => ({ ...answer, data: { image_urls: linkIn(answer) } })],
	['{data: {image_url: "…"}}', (answer) => ({ ...answer, data: { image_url: linkIn(answer) } })],
	[
		'{data: [{image_url: {url}}]}',
		(answer) => ({ data: [{ image_url: { url: linkIn(answer) } }] }),
	],
	['{images: [{url}]}', (answer) => ({ images: [{ url: linkIn(answer) }] })],
	['{data: ["…"]}', (answer) => ({ data: [linkIn(answer)] })],
	['[{url}]', (answer) => [{ url: linkIn(answer) }]],
	['{data: {data: [{url}]}}', (answer) => ({ data: { data: [{ url: linkIn(answer) }] } })],
	['{data: {}, images: ["…"]}', (answer) => ({ data: {}, images: [linkIn(answer)] })],
	['{output: ["…"]}', (answer) => ({ output: [linkIn(answer)] })],
	['{code, data: {the answer}}', (answer) => ({ code: 0, msg: 'ok', data: answer })],
];

const WITH_TEXT: [string, (answer: GenerationAnswer) => unknown][] = [
	[
		'{created, data: [{b64_json}]}',
		(answer) => ({ created: 1, data: [{ b64_json: textIn(answer) }] }),
	],
	['base64 in image_urls', (answer) => ({ ...answer, data: { image_urls: [textIn(answer)] } })],
	[
		'a data URL in image_urls',
		(answer) => ({ ...answer, data: { image_urls: [dataUrlIn(answer)] } }),
	],
	['a data URL as url', (answer) => ({ data: [{ url: dataUrlIn(answer) }] })],
	['one text as image_base64', (answer) => ({ ...answer, data: { image_base64: textIn(answer) } })],
];

describe('an image that was paid for is delivered, bought once, whatever the shape of the answer', () => {
	test.each(WITH_LINKS)('with a link: %s', async (_name, edit) => {
		node.sandbox.always({ edit });

		const { items, error } = await node.run({ node: RETRY });

		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(items[0]?.json.imageUrl).toContain(`${node.sandbox.imageUrl}/`);
		expect(await decoded(items[0])).toEqual({ format: 'jpeg', width: 1024, height: 1024 });
		expect(node.sandbox.requests).toHaveLength(1);
		expect(node.sandbox.paidImages).toBe(1);
	});

	test.each(WITH_TEXT)('inline, and without base64 in its JSON: %s', async (_name, edit) => {
		node.sandbox.always({ edit });

		const { items, error, run } = await node.run({
			node: RETRY,
			parameters: { options: { transfer: 'base64' } },
		});

		expect(error).toBeUndefined();
		expect(items).toHaveLength(1);
		expect(items[0]?.json).not.toHaveProperty('imageUrl');
		expect(await decoded(items[0])).toEqual({ format: 'jpeg', width: 1024, height: 1024 });
		expect(JSON.stringify(items[0]?.json)).not.toMatch(BASE64);
		expect(JSON.stringify(run.data.executionData)).not.toMatch(BASE64);
		expect(node.sandbox.requests).toHaveLength(1);
		expect(node.sandbox.paidImages).toBe(1);
	});
});

test('base64 that is no image stands in no error, nor in what n8n stores', async () => {
	const text = Buffer.from('This is a long text and no image. '.repeat(40)).toString('base64');
	node.sandbox.always({ edit: (answer) => ({ ...answer, data: { image_urls: [text] } }) });

	const stopped = await node.run({ node: RETRY });
	const { items, stored } = await node.run({ node: { onError: 'continueRegularOutput' } });

	expect(stopped.error?.context.code).toBe('badBase64');
	expect(stopped.stored).not.toMatch(BASE64);
	expect(items[0]?.json).toMatchObject({ errorDetails: { code: 'badBase64' } });
	expect(stored).not.toMatch(BASE64);
});

test('links alone are given out without the images that came inline', async () => {
	node.sandbox.always({
		edit: (answer) => ({ ...answer, data: { image_urls: [dataUrlIn(answer)] } }),
	});

	const { items, stored } = await node.run({
		parameters: { downloadImages: false, options: { transfer: 'base64' } },
	});

	expect(items).toHaveLength(1);
	expect(stored).not.toMatch(BASE64);
});
