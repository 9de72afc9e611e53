import type { INodeParameters } from 'n8n-workflow';
import sharp from 'sharp';

import { inMemory, itemWith, picture } from '../../support/images';
import { describeSandbox } from '../../support/sandbox';

const node = describeSandbox();

const portrait = (more: INodeParameters = {}): INodeParameters => ({
	operation: 'imageToImage',
	...more,
});

const dataUrl = (bytes: Buffer, type = 'jpeg') =>
	`data:image/${type};base64,${bytes.toString('base64')}`;

/** A picture whose file is large enough to be cut. */
async function noise(format: 'jpeg' | 'png' = 'jpeg', side = 300): Promise<Buffer> {
	const noisy = { type: 'gaussian', mean: 128, sigma: 40 } as const;
	const create = {
		width: side,
		height: side,
		channels: 3,
		background: '#000',
		noise: noisy,
	} as const;
	return await sharp({ create }).toFormat(format).toBuffer();
}

const sent = () =>
	node.sandbox.requests.map(
		({ body }) => (body.subject_reference as { image_file: string }[])[0]?.image_file,
	);

const marker = (code: number) => Buffer.from([0xff, code]);

function insert(bytes: Buffer, before: Buffer, inserted: Buffer): Buffer {
	const at = bytes.indexOf(before);
	return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at)]);
}

test.each<[string, (jpeg: Buffer) => Buffer]>([
	['a stray byte before its first table', (jpeg) => insert(jpeg, marker(0xdb), Buffer.alloc(1))],
	['stray bytes between segments', (jpeg) => insert(jpeg, marker(0xc4), Buffer.from('stray'))],
	['bytes after its end', (jpeg) => Buffer.concat([jpeg, Buffer.from('\r\n--boundary--\r\n')])],
	['another picture after its end', (jpeg) => Buffer.concat([jpeg, jpeg])],
])('a JPEG with %s is sent as it is', async (_name, change) => {
	const bytes = change(await noise());

	const { error, items } = await node.run({
		items: [itemWith({ data: inMemory(bytes) })],
		parameters: portrait(),
	});

	expect(error).toBeUndefined();
	expect(items).toHaveLength(1);
	expect(sent()).toEqual([dataUrl(bytes)]);
});

test('a JPEG whose start is doubled is sent with one start, since many decoders refuse two', async () => {
	const bytes = await noise();

	const { error } = await node.run({
		items: [itemWith({ data: inMemory(Buffer.concat([marker(0xd8), marker(0xd8), bytes])) })],
		parameters: portrait(),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([dataUrl(bytes)]);
});

test.each(['jpeg', 'png'] as const)(
	'half a %s is refused, and fails its item alone',
	async (format) => {
		const bytes = await noise(format);
		const half = bytes.subarray(0, bytes.length >> 1);

		const { items } = await node.run({
			node: { onError: 'continueRegularOutput' },
			items: [half, bytes].map((file) => itemWith({ data: inMemory(file) })),
			parameters: portrait(),
		});

		expect(items.map(({ json }) => json.error)).toEqual([
			`"Input Data Field Name(s)" "data" is a ${format.toUpperCase()} image that is cut short: its end is missing`,
			undefined,
		]);
		expect(sent()).toEqual([dataUrl(bytes, format)]);
	},
);

test('a data URL that is cut, as by a cell of a table, is refused', async () => {
	const text = dataUrl(await noise('jpeg', 600));
	expect(text.length).toBeGreaterThan(32_767);

	const { error } = await node.run({
		items: [{ json: { photo: text.slice(0, 32_767) } }],
		parameters: portrait({ inputType: 'url', imageUrls: '={{ $json.photo }}' }),
	});

	expect(error?.message).toBe(
		'"Image URL(s)" is a JPEG image that is cut short: its end is missing [item 0]',
	);
	expect(node.sandbox.requests).toHaveLength(0);
});

test('a data URL whose "+" became blanks is refused', async () => {
	const bytes = await noise();
	expect(dataUrl(bytes)).toContain('+');

	const { error } = await node.run({
		items: [{ json: { photo: dataUrl(bytes).replaceAll('+', ' ') } }],
		parameters: portrait({ inputType: 'url', imageUrls: '={{ $json.photo }}' }),
	});

	expect(error?.message).toBe(
		'"Image URL(s)" is a data URL with blanks in its base64 text, as where a form made them of its plus signs [item 0]',
	);
	expect(error?.description).toContain('as a file or as a link');
	expect(node.sandbox.requests).toHaveLength(0);
});

test.each<[string, (bytes: Buffer) => Buffer]>([
	['holds a data URL as text', (bytes) => Buffer.from(dataUrl(bytes))],
	['holds base64 as text', (bytes) => Buffer.from(bytes.toString('base64'))],
])('a file that %s is sent as the image it means', async (_name, wrap) => {
	const bytes = await picture();

	const { error } = await node.run({
		items: [itemWith({ data: inMemory(wrap(bytes)) })],
		parameters: portrait(),
	});

	expect(error).toBeUndefined();
	expect(sent()).toEqual([dataUrl(bytes)]);
});

test('a file that is a data URL decoded with its prefix is refused', async () => {
	const { error } = await node.run({
		items: [itemWith({ data: inMemory(Buffer.from(dataUrl(await picture()), 'base64')) })],
		parameters: portrait(),
	});

	expect(error?.message).toBe(
		'"Input Data Field Name(s)" "data" is a file of an unknown type, but a reference image must be JPEG or PNG [item 0]',
	);
	expect(node.sandbox.requests).toHaveLength(0);
});

const iso = (brand: string) =>
	Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from(`ftyp${brand}\0\0\0\0mif1${brand}`)]);

test.each<[string, () => Promise<Buffer> | Buffer, string, RegExp, boolean]>([
	['a GIF', () => picture('gif'), 'a GIF image', /Edit Image/, true],
	['a WebP', () => picture('webp'), 'a WebP image', /Edit Image/, true],
	['a HEIC photo', () => iso('heic'), 'a HEIC image', /Most Compatible/, false],
	['an AVIF', () => picture('avif'), 'an AVIF image', /Export the image as JPEG/, false],
	['an SVG', () => Buffer.from('<svg/>'), 'an SVG image', /as PNG/, false],
	['a web page', () => Buffer.from('<html></html>'), 'a web page', /what a server answered/, false],
	['a PDF', () => Buffer.from('%PDF-1.7'), 'a PDF document', /Check the node/, false],
])('the advice for %s can be followed', async (_name, make, what, advice, mayEdit) => {
	const { error } = await node.run({
		items: [itemWith({ data: inMemory(await make()) })],
		parameters: portrait(),
	});

	expect(error?.message).toBe(
		`"Input Data Field Name(s)" "data" is ${what}, but a reference image must be JPEG or PNG [item 0]`,
	);
	expect(error?.description).toMatch(advice);
	expect(error?.description?.includes('Edit Image')).toBe(mayEdit);
	expect(node.sandbox.requests).toHaveLength(0);
});
