import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readAccount } from '../support/account';
import { parseArguments } from '../demo/arguments';
import { imageNode, loadExample, plannedImages, rowsOf, withRows } from '../demo/examples';
import type { Example, ExampleName } from '../demo/examples';
import { Output } from '../demo/output';
import { planFor } from '../demo/plan';
import type { Plan } from '../demo/plan';
import { readReference } from '../demo/reference';
import { contactSheet, escapeHtml } from '../demo/sheet';
import type { Picture, Result } from '../demo/types';
import { UsageError } from '../support/usageError';
import { picture } from '../support/images';

let folder: string;

beforeEach(async () => {
	folder = await mkdtemp(join(tmpdir(), 'minimax-image-demo-test-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

/** The message of a UsageError, which must be one line. */
function complaint(act: () => unknown): string {
	try {
		act();
	} catch (error) {
		expect(error).toBeInstanceOf(UsageError);
		expect((error as Error).message).not.toContain('\n');
		return (error as Error).message;
	}
	throw new Error('There was no complaint');
}

describe('the command line', () => {
	test.each([
		[[], { help: false }],
		[['--help'], { help: true }],
		[['-h', 'a fox', 'a dog'], { help: true }],
		[['a red fox in snow'], { help: false, prompt: 'a red fox in snow' }],
		[['--reference', 'face.jpg'], { help: false, reference: 'face.jpg' }],
		[['--reference=face.jpg'], { help: false, reference: 'face.jpg' }],
		[
			['as a knight', '--reference', 'face.jpg'],
			{ help: false, prompt: 'as a knight', reference: 'face.jpg' },
		],
		[['--', '--reference'], { help: false, prompt: '--reference' }],
		[['🦊'.repeat(1500)], { help: false, prompt: '🦊'.repeat(1500) }],
	])('%j is understood', (args, demand) => {
		expect(parseArguments(args)).toEqual(demand);
	});

	test.each([
		[['--size', '4'], "Unknown option '--size'. See npm run demo -- --help"],
		[['-x'], "Unknown option '-x'. See npm run demo -- --help"],
		[['--help=yes'], "'-h, --help' does not take an argument. See npm run demo -- --help"],
		[['--reference'], "'--reference <value>' argument missing. See npm run demo -- --help"],
		[['--reference', '--help'], "'--reference' argument is ambiguous. See npm run demo -- --help"],
		[['--reference='], '--reference needs the path of a picture.'],
		[['--reference=a', '--reference=b'], '--reference is there 2 times. Give one picture.'],
		[['a', 'red', 'fox'], 'There are 3 prompts. Give one, in quotation marks.'],
		[[''], 'The prompt is empty.'],
		[[' \n'], 'The prompt is empty.'],
		[['x'.repeat(1501)], 'The prompt has 1501 characters, but may have at most 1500.'],
	])('%j is refused in one line', (args, message) => {
		expect(complaint(() => parseArguments(args))).toContain(message);
	});
});

describe('the account', () => {
	test('without a key there is none, which means the sandbox', () => {
		expect(readAccount({})).toBeUndefined();
		expect(readAccount({ MINIMAX_API_KEY: ' ', MINIMAX_REGION: 'china' })).toBeUndefined();
	});

	test.each([
		[undefined, undefined, 'Global, api.minimax.io', 'global'],
		['china', undefined, 'China Mainland, api.minimaxi.com', 'china'],
		['chinaNew', undefined, 'China Mainland (New Host), api.minimax.cn', 'chinaNew'],
		['custom', 'https://gateway.example.com/v1', 'Custom, gateway.example.com', 'custom'],
	])('the region %s with the address %s is %s', (region, address, name, value) => {
		const environment = { MINIMAX_API_KEY: 'key', MINIMAX_REGION: region };
		expect(readAccount({ ...environment, MINIMAX_BASE_URL: address })).toEqual({
			name,
			credentials: { apiKey: 'key', region: value, baseUrl: address ?? '' },
		});
	});

	test.each([
		[{ MINIMAX_REGION: 'mars' }, 'must be one of: global, china, chinaNew, custom'],
		[{ MINIMAX_API_KEY: 'key', MINIMAX_REGION: 'custom' }, 'MINIMAX_BASE_URL does not work'],
	])('%j is refused in one line', (environment, message) => {
		expect(complaint(() => readAccount(environment))).toContain(message);
	});
});

describe('the portrait', () => {
	test.each(['jpeg', 'png'] as const)(
		'a %s becomes a data URL, whatever its name',
		async (format) => {
			const bytes = await picture(format);
			await writeFile(join(folder, 'face.txt'), bytes);
			expect(await readReference(join(folder, 'face.txt'))).toBe(
				`data:image/${format};base64,${bytes.toString('base64')}`,
			);
		},
	);

	test.each([
		['missing', undefined, /^There is no file .*face\.jpg$/],
		['of another type', 'gif', /is a GIF image, but a portrait must be JPEG or PNG$/],
		['of a type that n8n knows, but not the API', 'webp', /is a WebP image, but/],
	] as const)('a file that is %s is refused', async (_what, format, message) => {
		const path = join(folder, 'face.jpg');
		if (format) await writeFile(path, await picture(format));
		await expect(readReference(path)).rejects.toThrow(message);
		await expect(readReference(path)).rejects.toBeInstanceOf(UsageError);
	});

	test('a folder, a file that is cut short and one that is too large are refused', async () => {
		const path = join(folder, 'face.jpg');
		await expect(readReference(folder)).rejects.toThrow(/is a folder, not a picture$/);
		await writeFile(path, (await picture()).subarray(0, 40));
		await expect(readReference(path)).rejects.toThrow(/is a damaged JPEG image$/);
		await writeFile(path, Buffer.alloc(10 * 1024 * 1024));
		await expect(readReference(path)).rejects.toThrow(/must be smaller than 10 MB$/);
	});
});

describe('the plan', () => {
	/** The example of a plan of one, by its name. */
	function only(name: ExampleName, plan: Plan): Example {
		expect(plan.map(([planned]) => planned)).toEqual([name]);
		const [example] = plan.map(([, planned]) => planned);
		if (!example) throw new Error('Nothing is planned');
		return example;
	}

	test('is all examples without arguments', () => {
		const plan = planFor({});
		expect(plan.map(([name, example]) => [name, plannedImages(example)])).toEqual([
			['text-to-image', 2],
			['portrait-in-scenes', 5],
			['table-of-prompts', 8],
		]);
	});

	test('with a prompt is text to image, the prompt kept from being an expression', () => {
		const example = only('text-to-image', planFor({ prompt: '={{ 1 + 1 }}' }));
		expect(imageNode(example).parameters.prompt).toBe('={{ $json.prompt }}');
		expect(rowsOf(example)).toEqual([{ json: { prompt: '={{ 1 + 1 }}' } }]);
	});

	test('with a portrait is the portrait example in its own scenes, or in the one of the prompt', () => {
		const scenes = rowsOf(loadExample('portrait-in-scenes')).map(({ json }) => json.scene);
		const portrait = 'data:mine';
		const all = only('portrait-in-scenes', planFor({}, portrait));
		const one = only('portrait-in-scenes', planFor({ prompt: 'as a knight' }, portrait));
		expect(rowsOf(all)).toEqual(scenes.map((scene) => ({ json: { scene, portrait } })));
		expect(rowsOf(one)).toEqual([{ json: { scene: 'as a knight', portrait } }]);
	});

	test('counts the images of a table by its column', () => {
		const table = withRows(loadExample('table-of-prompts'), [{ images: 2 }, { images: '3' }]);
		expect(plannedImages(table)).toBe(5);
	});
});

describe('the contact sheet', () => {
	const fox: Picture = {
		fileName: 'fox #1.jpg',
		prompt: 'a red fox in snow',
		requestId: 'request-1',
		width: 1280,
		height: 720,
		seed: 0,
	};
	const result: Result = {
		name: 'table-of-prompts',
		title: 'Animals',
		pictures: [fox],
		failed: [],
		planned: 2,
		seconds: 1.25,
	};
	const facts = { madeBy: 'the sandbox', madeAt: new Date('2026-01-02T03:04:05Z') };
	const sheet = (change: Partial<Result> = {}) => contactSheet([{ ...result, ...change }], facts);

	test('shows a picture with its prompt, size, seed, file and request, and links to its file', () => {
		const html = sheet();
		expect(html).toContain(
			'<a href="images/table-of-prompts/fox%20%231.jpg">' +
				'<img src="images/table-of-prompts/fox%20%231.jpg" alt="a red fox in snow" width="1280" height="720"></a>',
		);
		expect(html).toContain('<p>a red fox in snow</p>');
		expect(html).toContain(
			'<dl><dt>Size</dt><dd>1280 × 720 px</dd><dt>Seed</dt><dd>0</dd>' +
				'<dt>File</dt><dd>fox #1.jpg</dd><dt>Request</dt><dd>request-1</dd></dl>',
		);
		expect(html).toContain('<h2>Animals</h2>\n<p class="count">1 of 2 images in 1.3 seconds</p>');
		expect(html).toContain('1 image of 1 workflow, made by the sandbox on 2026-01-02, 03:04 UTC');
	});

	test('leaves out what is not known', () => {
		const html = sheet({ pictures: [{ fileName: 'a.png', prompt: 'p', requestId: 'r' }] });
		expect(html).toContain('<dl><dt>File</dt><dd>a.png</dd><dt>Request</dt><dd>r</dd></dl>');
		expect(html).toContain('alt="p"></a>');
		expect(html).not.toContain('undefined');
	});

	test('groups pictures by workflow, in the order they ran', () => {
		const html = contactSheet([result, { ...result, name: 'text-to-image', title: 'More' }], facts);
		expect(html.match(/<section id="[^"]+">|<figure/g)).toEqual([
			'<section id="table-of-prompts">',
			'<figure',
			'<section id="text-to-image">',
			'<figure',
		]);
	});

	test('shows what failed, with its row where there is one', () => {
		const html = sheet({
			pictures: [],
			failed: [
				{ row: 3, prompt: 'a wolf', message: 'Too sensitive', description: 'Reword it.' },
				{ prompt: '', message: 'No key' },
			],
		});
		expect(html).toContain(
			'<li><strong>Row 3 failed:</strong> Too sensitive<p>a wolf</p><p>Reword it.</p></li>',
		);
		expect(html).toContain('<li><strong>The workflow failed:</strong> No key</li>');
		expect(html).not.toContain('class="pictures"');
	});

	test('shows every text as it is, and never as HTML', () => {
		const evil = `"'><script>alert(1)</script>&amp;`;
		const html = contactSheet(
			[
				{
					...result,
					title: evil,
					pictures: [{ ...fox, prompt: evil, requestId: evil, fileName: evil }],
					failed: [{ row: 1, prompt: evil, message: evil, description: evil }],
				},
			],
			{ ...facts, madeBy: evil },
		);
		expect(escapeHtml(evil)).toBe('&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;');
		expect(html).not.toContain('<script');
		expect(html).not.toContain(evil);
		expect(html.split(escapeHtml(evil))).toHaveLength(1 + 9);
	});

	test('needs no script and no other file than the images, and follows light and dark', () => {
		const html = sheet();
		expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
		expect(html).not.toMatch(/<script|<link|https?:|url\(/);
		expect(html).toContain('@media (prefers-color-scheme: dark)');
	});
});

describe('the output folder', () => {
	const images = join('images', 'text-to-image');
	const listing = async () => (await readdir(folder, { recursive: true })).sort();

	test('holds the images under the names that are returned', async () => {
		const output = await Output.open(folder);
		expect(await output.saveImage('text-to-image', 'fox.jpg', Buffer.from('1'))).toBe('fox.jpg');
		expect(await output.saveImage('text-to-image', 'fox.jpg', Buffer.from('2'))).toBe('fox-2.jpg');
		expect(await readFile(join(folder, images, 'fox-2.jpg'), 'utf8')).toBe('2');
		await output.savePage('<p>');
		expect(await readFile(output.page, 'utf8')).toBe('<p>');
	});

	test('loses what an earlier demo made, and nothing else', async () => {
		const earlier = await Output.open(folder);
		await earlier.saveImage('text-to-image', 'fox.jpg', Buffer.from('old'));
		await earlier.saveImage('table-of-prompts', 'map.jpg', Buffer.from('old'));
		await earlier.savePage('old');
		await writeFile(join(folder, images, 'mine.jpg'), 'mine');
		await writeFile(join(folder, 'notes.txt'), 'mine');

		await Output.open(folder);
		expect(await listing()).toEqual(
			['.made-by-demo', 'images', images, join(images, 'mine.jpg'), 'notes.txt'].sort(),
		);
	});

	test('never removes a file outside, whatever its list says', async () => {
		const inside = join(folder, 'output');
		await mkdir(inside);
		await writeFile(join(folder, 'mine.jpg'), 'mine');
		await writeFile(
			join(inside, '.made-by-demo'),
			`images/../../mine.jpg\nimages/../mine.jpg\n../mine.jpg\n${join(folder, 'mine.jpg')}\n`,
		);
		await Output.open(inside);
		expect(await readFile(join(folder, 'mine.jpg'), 'utf8')).toBe('mine');
	});
});
