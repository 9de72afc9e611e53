import { rm } from 'node:fs/promises';

import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, INodeExecutionData, INodeParameters } from 'n8n-workflow';

import { storeFile, useBinaryStorage } from '../../support/engine';
import { testWhere } from '../../support/features';
import { inMemory, itemWith, picture } from '../../support/images';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox();

const portrait = (more: INodeParameters = {}): INodeParameters => ({
	operation: 'imageToImage',
	...more,
});

const dataUrl = (bytes: Buffer) => `data:image/jpeg;base64,${bytes.toString('base64')}`;

const sent = () => node.sandbox.requests.map(({ body }) => body.subject_reference);
const references = (...files: Buffer[]) =>
	files.map((bytes) => ({ type: 'character', image_file: dataUrl(bytes) }));

/** Two portraits that can be told apart. */
const portraits = async () =>
	[await picture('jpeg'), await picture('jpeg', undefined, '#2040c0')] as [Buffer, Buffer];

afterEach(async () => await useBinaryStorage('default'));

/** Items as some nodes make them, against their type: with files, and without JSON. */
const withoutJson = (binary: Record<string, IBinaryData>) =>
	({ binary }) as unknown as INodeExecutionData;

test('an item without JSON is used for its files', async () => {
	const bytes = await picture();

	const { error, items } = await node.run({
		items: [withoutJson({ data: inMemory(bytes) })],
		parameters: portrait(),
	});

	expect(error).toBeUndefined();
	expect(items).toHaveLength(1);
	expect(sent()).toEqual([references(bytes)]);
});

test('an item without JSON and without the file is refused in our words', async () => {
	const { error } = await node.run({
		items: [withoutJson({ photo: inMemory(await picture()) })],
		parameters: portrait(),
	});

	expect(error?.message).toBe(
		'"Input Data Field Name(s)" is "data", but the input item has no file in a field of that name [item 0]',
	);
	expect(error?.description).toBe('The item has files in: photo.');
	expect(node.sandbox.requests).toHaveLength(0);
});

test('of an item with many files, the message names twenty', async () => {
	const file = inMemory(await picture());
	const binary = Object.fromEntries([...Array(50).keys()].map((one) => [`photo${one}`, file]));

	const { error } = await node.run({ items: [{ json: {}, binary }], parameters: portrait() });

	expect(error?.description).toMatch(/^The item has files in: photo0, .*, photo19 and 30 more\.$/);
});

test('"_files" in the JSON of a workflow with separate files is a column as any other', async () => {
	const [own, column] = await portraits();

	const { error } = await node.run({
		items: [itemWith({ data: inMemory(own) }, { _files: { data: inMemory(column) } })],
		parameters: portrait(),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([references(own)]);
});

test('names with dots and brackets, and names that objects have by themselves, are names', async () => {
	const [one, two] = await portraits();

	const { error } = await node.run({
		items: [itemWith({ 'photo.front': inMemory(one), 'files[0]': inMemory(two) })],
		parameters: portrait({ binaryPropertyName: 'photo.front, files[0]' }),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([references(one, two)]);

	const { error: refused } = await node.run({
		items: [itemWith({ data: inMemory(one) })],
		parameters: portrait({ binaryPropertyName: 'constructor' }),
	});
	expect(refused?.message).toContain('is "constructor", but the input item has no file');
	expect(node.sandbox.requests).toHaveLength(1);
});

describe('in combined binary mode', () => {
	const combined = { settings: { binaryMode: 'combined' } } as const;

	testWhere('combinedFiles')('names with dots and brackets are names', async () => {
		await useBinaryStorage('filesystem');
		const [one, two] = await portraits();
		const _files = { 'photo.front': await storeFile(one), 'files[0]': await storeFile(two) };

		const { error } = await node.run({
			...combined,
			items: [{ json: { _files: { ..._files } } }],
			parameters: portrait({ binaryPropertyName: 'photo.front, files[0]' }),
		});

		expect(error).toBeUndefined();
		expect(sent()).toEqual([references(one, two)]);
	});

	testWhere('combinedFiles')('a column of JSON, and a path to it, can hold a file', async () => {
		await useBinaryStorage('filesystem');
		const [one, two] = await portraits();

		const { error } = await node.run({
			...combined,
			items: [
				{
					json: {
						'a.b': { ...(await storeFile(one)) },
						upload: { photos: [{ ...(await storeFile(two)) }] },
					},
				},
			],
			parameters: portrait({ binaryPropertyName: 'a.b, upload.photos[0]' }),
		});

		expect(error).toBeUndefined();
		expect(sent()).toEqual([references(one, two)]);
	});

	testWhere('combinedFiles')(
		'a missing file is answered with the names of the others',
		async () => {
			await useBinaryStorage('filesystem');
			const file = { ...(await storeFile(await picture())) };

			const { error } = await node.run({
				...combined,
				items: [{ json: { _files: { 'photo.front': file } } }],
				parameters: portrait(),
			});

			expect(error?.message).toContain('is "data", but the input item has no file');
			expect(error?.description).toBe('The item has files in: photo.front.');
			expect(node.sandbox.requests).toHaveLength(0);
		},
	);
});

test('a file that is no longer stored fails its item alone, with its field, its name and what to do', async () => {
	await useBinaryStorage('filesystem');
	const [gone, kept] = await portraits();
	const file = await storeFile(gone);
	await rm(Container.get(BinaryDataService).getPath(file.id ?? ''));

	const { items } = await node.run({
		node: { onError: 'continueRegularOutput' },
		items: [
			itemWith({ face: { ...file, fileName: 'anna.jpg' } }),
			itemWith({ face: await storeFile(kept) }),
		],
		parameters: portrait({ binaryPropertyName: 'face' }),
	});

	expect(items[0]?.json.error).toBe(
		'"Input Data Field Name(s)" "face", the file "anna.jpg", cannot be read: n8n no longer has this file',
	);
	expect(JSON.stringify(items[0]?.json)).toContain('Run the node that makes the file again');
	expect(items[1]?.json.error).toBeUndefined();
	expect(sent()).toEqual([references(kept)]);
});
