import type { INodeParameters } from 'n8n-workflow';

import { REFERENCE_LIMIT_BYTES } from '../../nodes/MiniMaxImage/models';
import type { BinaryStorage } from '../support/engine';
import { storeFile, useBinaryStorage } from '../support/engine';
import { testWhere } from '../support/features';
import { inMemory, itemWith, picture } from '../support/images';
import { describeSandbox } from '../support/sandbox';

const node = describeSandbox();

const imageToImage = (more: INodeParameters = {}): INodeParameters => ({
	operation: 'imageToImage',
	prompt: 'reading in a library',
	...more,
});

const dataUrl = (type: string, bytes: Buffer) =>
	`data:image/${type};base64,${bytes.toString('base64')}`;

const sentReferences = (request = 0) => node.sandbox.requests[request]?.body.subject_reference;

const references = (...files: string[]) =>
	files.map((image_file) => ({ type: 'character', image_file }));

afterEach(async () => await useBinaryStorage('default'));

describe.each<BinaryStorage>(['default', 'filesystem'])('with files in %s storage', (storage) => {
	test('a file of the input item is sent as data URL', async () => {
		await useBinaryStorage(storage);
		const bytes = await picture();

		const { error, items } = await node.run({
			items: [itemWith({ data: await storeFile(bytes) })],
			parameters: imageToImage(),
		});

		expect(error).toBeUndefined();
		expect(sentReferences()).toEqual(references(dataUrl('jpeg', bytes)));
		expect(items).toHaveLength(1);
	});

	test('several fields are sent in the order they are named', async () => {
		await useBinaryStorage(storage);
		const [front, side] = [await picture('jpeg'), await picture('png')];

		await node.run({
			items: [itemWith({ front: await storeFile(front), side: await storeFile(side) })],
			parameters: imageToImage({ binaryPropertyName: 'side, front' }),
		});

		expect(sentReferences()).toEqual(references(dataUrl('png', side), dataUrl('jpeg', front)));
	});

	testWhere('combinedFiles')(
		"files are found in n8n's combined binary mode, by name and by path",
		async () => {
			await useBinaryStorage(storage);
			const bytes = await picture();
			const file = await storeFile(bytes);

			const { error, items } = await node.run({
				items: [{ json: { _files: { data: file } } }, { json: { upload: { photo: file } } }],
				parameters: imageToImage({
					binaryPropertyName: '={{ $json.upload ? "upload.photo" : "data" }}',
				}),
				settings: { binaryMode: 'combined' },
			});

			expect(error).toBeUndefined();
			expect(sentReferences(0)).toEqual(references(dataUrl('jpeg', bytes)));
			expect(sentReferences(1)).toEqual(references(dataUrl('jpeg', bytes)));
			// The engine keeps files in memory in `binary` even then.
			const output = storage === 'default' ? items[0]?.binary : items[0]?.json._files;
			expect(output).toMatchObject({ data: { mimeType: 'image/jpeg', fileExtension: 'jpg' } });
		},
	);
});

test('a file given by an expression is taken as it is', async () => {
	await useBinaryStorage('filesystem');
	const bytes = await picture();

	const { error } = await node.run({
		items: [itemWith({ data: await storeFile(bytes) })],
		parameters: imageToImage({ binaryPropertyName: '={{ $binary.data }}' }),
	});

	expect(error).toBeUndefined();
	expect(sentReferences()).toEqual(references(dataUrl('jpeg', bytes)));
});

test('a file in memory cannot be given by an expression, since n8n leaves out its content', async () => {
	const { error } = await node.run({
		items: [itemWith({ data: inMemory(await picture()) })],
		parameters: imageToImage({ binaryPropertyName: '={{ $binary.data }}' }),
	});

	expect(error?.message).toBe(
		'"Input Data Field Name(s)" is an expression that gives a file without its content [item 0]',
	);
	expect(error?.description).toBe('Enter the name of the field instead, e.g. data.');
});

test('the bytes decide the type, whatever name and header say', async () => {
	const png = await picture('png');

	await node.run({
		items: [itemWith({ data: inMemory(png, { mimeType: 'text/plain', fileName: 'face.gif' }) })],
		parameters: imageToImage(),
	});

	expect(sentReferences()).toEqual(references(dataUrl('png', png)));
});

test('each item brings its own reference, and a shared one is the same for all', async () => {
	const [one, two] = [await picture('jpeg'), await picture('jpeg', undefined, '#2040c0')];

	const { items } = await node.run({
		items: [one, two, one].map((bytes) => itemWith({ data: inMemory(bytes) })),
		parameters: imageToImage({ options: { maxConcurrency: 1 } }),
	});

	expect(items.map(({ pairedItem }) => pairedItem)).toEqual([
		{ item: 0 },
		{ item: 1 },
		{ item: 2 },
	]);
	expect([0, 1, 2].map(sentReferences)).toEqual(
		[one, two, one].map((bytes) => references(dataUrl('jpeg', bytes))),
	);
});

test('a large reference does not let later items overtake', async () => {
	await useBinaryStorage('filesystem');
	const [large, small] = [await padded('jpeg', 9_000_000), await picture()];
	const files = [await storeFile(large), await storeFile(small), await storeFile(small)];

	await node.run({
		items: files.map((data, row) => itemWith({ data }, { row })),
		parameters: imageToImage({
			prompt: '={{ `row ${$json.row}` }}',
			options: { requestsPerMinute: 0 },
		}),
	});

	// The first is the last to have arrived whole, but the first to have started.
	const byStart = [...node.sandbox.requests].sort((a, b) => a.at - b.at);
	expect(byStart[0]?.body.prompt).toBe('row 0');
});

test('links are passed on as they are, commas inside them included', async () => {
	const links = ['https://example.com/w_200,h_300/face.jpg', 'http://example.com/b.png?x=1,2'];

	await node.run({
		parameters: imageToImage({ inputType: 'url', imageUrls: links.join(', ') }),
	});

	expect(sentReferences()).toEqual(references(...links));
});

test.each([
	['wrongly declared type', (bytes: Buffer) => dataUrl('png', bytes)],
	['no declared type', (bytes: Buffer) => `data:;base64,${bytes.toString('base64')}`],
	[
		'percent-encoded base64',
		(bytes: Buffer) => dataUrl('jpeg', bytes).replaceAll('/', '%2F').replace('image%2F', 'image/'),
	],
	['line breaks', (bytes: Buffer) => dataUrl('jpeg', bytes).replace(/(.{76})/g, '$1\n')],
])('a data URL with %s is sent with the type its bytes show', async (_name, make) => {
	const bytes = await picture('jpeg');

	const { error } = await node.run({
		parameters: imageToImage({ inputType: 'url', imageUrls: make(bytes) }),
	});

	expect(error).toBeUndefined();
	expect(sentReferences()).toEqual(references(dataUrl('jpeg', bytes)));
});

test('a data URL without base64 is decoded byte by byte', async () => {
	const bytes = await picture('png');
	const encoded = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

	const { error } = await node.run({
		parameters: imageToImage({ inputType: 'url', imageUrls: `data:image/png,${encoded}` }),
	});

	expect(error).toBeUndefined();
	expect(sentReferences()).toEqual(references(dataUrl('png', bytes)));
});

async function padded(format: 'jpeg' | 'png', size: number) {
	const bytes = await picture(format);
	return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic\0\0\0\0mif1heic')]);

test.each<[string, () => Buffer | Promise<Buffer>, string]>([
	['a GIF image', () => picture('gif'), 'a GIF image, but a reference image must be JPEG or PNG'],
	['a WebP image', () => picture('webp'), 'a WebP image, but'],
	['a TIFF image', () => picture('tiff'), 'a TIFF image, but'],
	['a HEIC image', () => heic, 'a HEIC image, but'],
	['a PDF', () => Buffer.from('%PDF-1.7\n%âãÏÓ'), 'a PDF document, but'],
	['text', () => Buffer.from('Hello, I am a picture. Honest.'), 'text, but'],
	['a web page', () => Buffer.from('<!DOCTYPE html><html></html>'), 'a web page, but'],
	['an empty file', () => Buffer.alloc(0), 'is empty, but'],
	['noise', () => Buffer.from([1, 2, 3, 0, 255, 9]), 'a file of an unknown type, but'],
	[
		'10 MB of JPEG',
		() => padded('jpeg', REFERENCE_LIMIT_BYTES),
		'10.0 MB, but a reference image must be smaller than 10 MB',
	],
	[
		'a JPEG cut in its header',
		async () => (await picture('jpeg')).subarray(0, 40),
		'cut short or damaged',
	],
	[
		'a PNG cut in its header',
		async () => (await picture('png')).subarray(0, 30),
		'cut short or damaged',
	],
])('%s is refused before anything is sent', async (_name, make, words) => {
	const bytes = await make();

	const { error } = await node.run({
		items: [
			itemWith({ face: inMemory(await picture()) }),
			itemWith({ face: inMemory(bytes, { fileName: 'face.jpg' }) }),
		],
		parameters: imageToImage({ binaryPropertyName: 'face' }),
	});

	expect(error?.message).toContain(words);
	expect(error?.message).toContain('"Input Data Field Name(s)" "face"');
	expect(error?.message).toContain('[item 1]');
	expect(error?.context.itemIndex).toBe(1);
	expect(node.sandbox.requests).toHaveLength(0);
});

test('one byte under 10 MB passes', async () => {
	const { error } = await node.run({
		items: [itemWith({ data: inMemory(await padded('jpeg', REFERENCE_LIMIT_BYTES - 1)) })],
		parameters: imageToImage(),
	});

	expect(error).toBeUndefined();
});

test('a missing field is answered with the fields that the item has', async () => {
	const { error } = await node.run({
		items: [itemWith({ photo: inMemory(await picture()), scan: inMemory(await picture()) })],
		parameters: imageToImage(),
	});

	expect(error?.message).toBe(
		'"Input Data Field Name(s)" is "data", but the input item has no file in a field of that name [item 0]',
	);
	expect(error?.description).toBe('The item has files in: photo, scan.');
});
