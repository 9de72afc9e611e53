import type { INodeParameters } from 'n8n-workflow';

import { storeFile, useBinaryStorage } from '../../support/engine';
import { inMemory, itemWith, picture } from '../../support/images';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox();

const portrait = (more: INodeParameters): INodeParameters => ({
	operation: 'imageToImage',
	...more,
});

const dataUrl = (bytes: Buffer, type = 'jpeg') =>
	`data:image/${type};base64,${bytes.toString('base64')}`;

/** The references of the one request that was sent. */
function sent(): string[] {
	expect(node.sandbox.requests).toHaveLength(1);
	const { subject_reference: references } = node.sandbox.requests[0]?.body ?? {};
	return (references as { image_file: string }[]).map(({ image_file }) => image_file);
}

afterEach(async () => await useBinaryStorage('default'));

const A = 'https://x.example/a.jpg';
const B = 'https://x.example/b.jpg';

test.each<[string, string, object]>([
	['a list of links', '={{ [$json.a, $json.b] }}', { a: A, b: B }],
	['attachments', '={{ $json.Photo }}', { Photo: [A, B].map((url) => ({ id: '1', url })) }],
	['a list as JSON text', '={{ $json.links }}', { links: JSON.stringify([A, B]) }],
	['links of a chat', '={{ $json.text }}', { text: `<${A}|one>, <${B}>` }],
])('%s is sent as links, in one request', async (_name, imageUrls, json) => {
	const { error, items } = await node.run({
		items: [{ json: { ...json } }],
		parameters: portrait({ inputType: 'url', imageUrls }),
	});

	expect(error).toBeUndefined();
	expect(items).toHaveLength(1);
	expect(sent()).toEqual([A, B]);
});

test('a list of data URLs and links is sent in its order', async () => {
	const [one, two] = [await picture('jpeg'), await picture('png')];

	const { error } = await node.run({
		items: [{ json: { list: [dataUrl(one), A, dataUrl(two, 'png')] } }],
		parameters: portrait({ inputType: 'url', imageUrls: '={{ $json.list }}' }),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([dataUrl(one), A, dataUrl(two, 'png')]);
});

test('bare base64 text of an image is sent as a data URL', async () => {
	const bytes = await picture();

	const { error } = await node.run({
		items: [{ json: { photo: bytes.toString('base64') } }],
		parameters: portrait({ inputType: 'url', imageUrls: '={{ $json.photo }}' }),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([dataUrl(bytes)]);
});

test('a link with blanks is sent as a browser sends it', async () => {
	await node.run({
		parameters: portrait({ inputType: 'url', imageUrls: 'https://x.example/my photo ü.jpg' }),
	});

	expect(sent()).toEqual(['https://x.example/my%20photo%20%C3%BC.jpg']);
});

test.each(['={{ Object.values($binary) }}', '={{ $binary }}'])(
	'stored files given by %s are all sent',
	async (binaryPropertyName) => {
		await useBinaryStorage('filesystem');
		const [front, side] = [await picture('jpeg'), await picture('png')];

		const { error } = await node.run({
			items: [itemWith({ front: await storeFile(front), side: await storeFile(side) })],
			parameters: portrait({ binaryPropertyName }),
		});

		expect(error).toBeUndefined();
		expect(sent()).toEqual([dataUrl(front), dataUrl(side, 'png')]);
	},
);

test('a list of files in memory is refused, since n8n leaves out their content', async () => {
	const { error } = await node.run({
		items: [itemWith({ front: inMemory(await picture()), side: inMemory(await picture()) })],
		parameters: portrait({ binaryPropertyName: '={{ Object.values($binary) }}' }),
	});

	expect(error?.message).toBe(
		'"Input Data Field Name(s)" is an expression that gives a list of files without their content [item 0]',
	);
	expect(error?.description).toContain('{{ Object.keys($binary) }}');
	expect(node.sandbox.requests).toHaveLength(0);
});

test.each(['={{ Object.keys($binary) }}', '={{ JSON.stringify(Object.keys($binary)) }}'])(
	'names given by %s are all found',
	async (binaryPropertyName) => {
		const [front, side] = [await picture('jpeg'), await picture('png')];

		const { error } = await node.run({
			items: [itemWith({ front: inMemory(front), side: inMemory(side) })],
			parameters: portrait({ binaryPropertyName }),
		});

		expect(error).toBeUndefined();
		expect(sent()).toEqual([dataUrl(front), dataUrl(side, 'png')]);
	},
);

test('names, files and links can be mixed', async () => {
	await useBinaryStorage('filesystem');
	const [front, side] = [await picture('jpeg'), await picture('png')];

	const { error } = await node.run({
		items: [itemWith({ front: await storeFile(front), side: await storeFile(side) }, { url: A })],
		parameters: portrait({ binaryPropertyName: '={{ ["front", $binary.side, $json.url] }}' }),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([dataUrl(front), dataUrl(side, 'png'), A]);
});

test('an empty "Input Data Field Name(s)" is its default', async () => {
	const bytes = await picture();

	const { error } = await node.run({
		items: [itemWith({ data: inMemory(bytes) })],
		parameters: portrait({ binaryPropertyName: '={{ $json.missing }}' }),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([dataUrl(bytes)]);
});

test("a link with the token of a bot fails its item alone, and is in nothing that n8n keeps but the item's input", async () => {
	const token = '7123456789:AAHfiqksKZ8WmR2zSjiQ7-EXAMPLETOKENx';
	const { items } = await node.run({
		node: { onError: 'continueRegularOutput' },
		items: [
			{ json: { url: `https://api.telegram.org/file/bot${token}/photo.jpg` } },
			{ json: { url: A } },
		],
		parameters: portrait({ inputType: 'url', imageUrls: '={{ $json.url }}' }),
	});

	expect(items[0]?.json.error).toContain('contains the token of your bot');
	expect(items[1]?.json.error).toBeUndefined();
	expect(JSON.stringify(items)).not.toContain(token);
	expect(sent()).toEqual([A]);
});
