import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';
import { sandboxCredential } from '../support/account';
import { eventually, illustrate, openBrowser } from './support/browser';
import type { TestBrowser } from './support/browser';
import { Editor, NODE } from './support/editor';
import { createSandboxCredential, startInstance } from './support/instance';
import type { Instance } from './support/instance';

const EXAMPLE = join(__dirname, '../../examples/table-of-prompts.json');
const PROMPT = 'Sunset over rolling hills, a pale sun in an orange sky, flat poster style';
const TEST_MS = 240_000;

const TEXT_TO_IMAGE = [
	'Operation',
	'Model',
	'Prompt',
	'Aspect Ratio',
	'Number of Images',
	'Download Images',
	'Options',
];
const OPTIONS = [
	'AIGC Watermark',
	'File Name',
	'Max Concurrency',
	'Max Retries',
	'Output Items',
	'Prompt Optimizer',
	'Put Output in Field',
	'Requests per Minute',
	'Seed',
	'Timeout',
	'Transfer',
];
const RATIOS = [
	'1:1 (1024 × 1024, square)',
	'16:9 (1280 × 720, wide)',
	'4:3 (1152 × 864, landscape)',
	'3:2 (1248 × 832, landscape)',
	'2:3 (832 × 1248, portrait)',
	'3:4 (864 × 1152, portrait)',
	'9:16 (720 × 1280, tall)',
];

let browser: TestBrowser;
let sandbox: Sandbox;
let instance: Instance;
beforeAll(async () => {
	// First of all, so that a machine without one is told at once.
	browser = await openBrowser();
	sandbox = await startSandbox();
	instance = await startInstance();
	await browser.signIn(instance.n8n.url);
}, TEST_MS);
afterAll(async () => {
	await browser?.close();
	await instance?.stop();
	await sandbox?.close();
});
beforeEach(() => sandbox.reset());

/** A test with a tab of its own. */
function inEditor(behaviour: string, check: (editor: Editor) => Promise<void>): void {
	const use = async (page: Page) => await check(new Editor(page, instance.n8n.url));
	test(behaviour, async () => await browser.inTab(behaviour, use), TEST_MS);
}

describe('the list of nodes', () => {
	inEditor('has the node, with its icon, when "minimax" is typed', async (editor) => {
		await editor.openNodeCreator();
		await editor.searchNodes('minimax');

		await eventually(async () => {
			expect(await editor.foundNames()).toEqual(['MiniMax', NODE, 'MiniMax Chat Model']);
		});
		const icon = editor.found(NODE).locator('img').first();
		expect(await icon.getAttribute('src')).toMatch(/n8n-nodes-minimax-image\/.*minimaxImage\.svg$/);
		await eventually(async () => {
			expect(
				await icon.evaluate((image: { naturalWidth: number }) => image.naturalWidth),
			).toBeGreaterThan(0);
		});
	});

	inEditor('has it alone when what it does is typed', async (editor) => {
		await editor.openNodeCreator();
		for (const words of ['text to image', 'image to image', 'txt2img']) {
			await editor.searchNodes('minimax');
			await eventually(async () => expect(await editor.foundNames()).toHaveLength(3));
			await editor.searchNodes(words);

			await eventually(async () => {
				expect([words, await editor.foundNames()]).toEqual([words, [NODE]]);
			});
		}
	});

	inEditor('has it among others when any kind of image is typed', async (editor) => {
		await editor.openNodeCreator();
		for (const words of ['generate image', 'create image', 'image generation', 'ai image']) {
			await editor.searchNodes(words);
			await eventually(async () => expect(await editor.foundNames()).toContain(NODE));
		}
	});

	inEditor('leads to an action for each operation, which opens the form', async (editor) => {
		await editor.openNodeCreator();
		await editor.searchNodes('minimax');
		await editor.found(NODE).click();

		await eventually(async () => {
			expect(await editor.foundNames()).toEqual([
				'Generate image from text',
				'Generate image from reference image',
			]);
		});
		await editor.found('Generate image from reference image').click();
		const form = await editor.openedForm();
		expect(await form.value('operation')).toBe('Image to Image');
		await form.close();
		await eventually(async () => {
			expect(await editor.node(NODE).allInnerTexts()).toEqual([`${NODE}\nImage to Image`]);
		});
		expect(await editor.canvas.getByTestId('edge').count()).toBe(1);
	});
});

describe('the dialog of the credential', () => {
	inEditor('asks for a Base URL with the region Custom alone', async (editor) => {
		const dialog = await (await editor.addNode()).connect();
		const domains = 'Allowed HTTP Request Domains';

		for (const region of ['Global', 'China Mainland', 'China Mainland (New Host)']) {
			await dialog.choose('region', region);
			await eventually(async () => {
				expect([region, await dialog.labels()]).toEqual([region, ['API Key *', 'Region', domains]]);
			});
		}
		await dialog.choose('region', 'Custom');
		await eventually(async () => {
			expect(await dialog.labels()).toEqual(['API Key *', 'Region', 'Base URL *', domains]);
		});
	});

	inEditor('explains why a key is refused, and accepts the right one', async (editor) => {
		const form = await editor.addNode();
		const dialog = await form.connect();
		await dialog.type('apiKey', 'wrong-key');
		await dialog.choose('region', 'Custom');
		await dialog.type('baseUrl', sandbox.url);
		await dialog.save();
		await dialog.window.getByText('More details').click();
		await dialog.window
			.getByText(
				'MiniMax did not accept this API key. The most likely cause is the Region: Keys for Global are issued at ' +
					'platform.minimax.io, keys for China Mainland at platform.minimaxi.com, and each works only with its own ' +
					'Region. Otherwise the key is mistyped, expired or deleted.',
			)
			.waitFor();

		await dialog.type('apiKey', sandbox.key);
		await dialog.save();
		await dialog.window.waitFor({ state: 'hidden' });
		// n8n shows the result of a passed test when the dialog is opened again.
		const again = await form.editCredential();
		await again.success.waitFor();
		expect(await again.success.innerText()).toContain('Connection tested successfully');
		expect(sandbox.requests).toHaveLength(0);
		expect(sandbox.paidImages).toBe(0);
		await illustrate(editor.page, 'credential', {
			around: [again.window.getByRole('dialog').or(again.window).first()],
			until: again.field('allowedHttpRequestDomains'),
		});
	});
});

describe('with a credential', () => {
	beforeAll(async () => {
		// The one of the dialog where that test ran, whatever became of it.
		const [saved] = await instance.rest.credentials();
		if (!saved) await createSandboxCredential(instance.rest, sandbox);
		else await instance.rest.updateCredential({ ...saved, data: sandboxCredential(sandbox) });
	});

	describe('the form', () => {
		inEditor('shows the fields that the operation and the input type need', async (editor) => {
			const form = await editor.addNode();
			const shows = async (labels: string[]) =>
				await eventually(async () => expect(await form.labels()).toEqual(labels));
			const referenced = (field: string) => TEXT_TO_IMAGE.toSpliced(3, 0, 'Input Type', field);

			await shows(TEXT_TO_IMAGE);
			expect(await form.choices('operation')).toEqual([
				'Text to Image',
				'Image to Image',
				// n8n adds this one to every node whose credential can be used in an HTTP Request.
				'Custom API Call',
			]);
			await form.choose('operation', 'Image to Image');
			await shows(referenced('Input Data Field Name(s)'));
			expect(await form.value('binaryPropertyName')).toBe('data');
			await form.choose('inputType', 'Image URL');
			await shows(referenced('Image URL(s)'));
			await form.choose('operation', 'Text to Image');
			await shows(TEXT_TO_IMAGE);
		});

		inEditor('asks for width and height with a custom aspect ratio', async (editor) => {
			const form = await editor.addNode();

			await form.choose('aspectRatio', 'Custom');
			await eventually(async () => {
				expect(await form.labels()).toEqual(TEXT_TO_IMAGE.toSpliced(4, 0, 'Width', 'Height'));
			});
			expect([await form.value('width'), await form.value('height')]).toEqual(['1024', '1024']);
			await form.type('width', '500');
			await eventually(async () => expect(await form.value('width')).toBe('512'));
			await form.choose('aspectRatio', '16:9 (1280 × 720, wide)');
			await eventually(async () => expect(await form.labels()).toEqual(TEXT_TO_IMAGE));
		});

		inEditor('offers what the model can do, and no more', async (editor) => {
			const form = await editor.addNode();
			const offers = async () => [await form.choices('aspectRatio'), await form.options()];

			expect(await form.choices('model')).toEqual(['Image-01', 'Image-01 Live']);
			expect(await offers()).toEqual([
				[...RATIOS, '21:9 (1344 × 576, ultra-wide)', 'Custom'],
				OPTIONS,
			]);
			await form.choose('model', 'Image-01 Live');
			await eventually(async () => {
				expect(await offers()).toEqual([RATIOS, OPTIONS.toSpliced(9, 0, 'Style', 'Style Weight')]);
			});
			await form.addOption('Style');
			expect(await form.choices('style')).toEqual(['Comic', 'Lively', 'Medieval', 'Watercolor']);
			expect(await form.value('style')).toBe('Comic');
		});

		inEditor('offers no options for files where no files are fetched', async (editor) => {
			const form = await editor.addNode();
			const forFiles = ['File Name', 'Put Output in Field', 'Transfer'];

			await form.flip('downloadImages');
			await eventually(async () => {
				expect(await form.options()).toEqual(OPTIONS.filter((name) => !forFiles.includes(name)));
			});
		});

		inEditor('holds what was typed after the page is loaded again', async (editor) => {
			const form = await editor.addNode();
			await form.choose('operation', 'Image to Image');
			await form.choose('model', 'Image-01 Live');
			await form.type('prompt', 'The person as a baker\nin a village 🥐 bakery');
			await form.choose('inputType', 'Image URL');
			await form.type('imageUrls', 'https://example.com/portrait.jpg');
			await form.choose('aspectRatio', '3:4 (864 × 1152, portrait)');
			await form.type('numberOfImages', '3');
			await form.flip('downloadImages');
			await form.addOption('Style');
			await form.choose('style', 'Watercolor');
			await form.addOption('Seed');
			await form.type('seed', '42');
			const typed = {
				operation: 'imageToImage',
				model: 'image-01-live',
				prompt: 'The person as a baker\nin a village 🥐 bakery',
				inputType: 'url',
				imageUrls: 'https://example.com/portrait.jpg',
				aspectRatio: '3:4',
				numberOfImages: 3,
				downloadImages: false,
				options: { style: '水彩', seed: 42 },
			};
			// n8n saves by itself, a little later.
			await eventually(async () => {
				const { nodes } = await instance.rest.workflow(editor.workflowId());
				expect(nodes.find(({ name }) => name === NODE)?.parameters).toEqual(typed);
			});

			await form.close();
			await editor.page.reload();
			const again = await editor.openForm();
			const fields = Object.keys({ ...typed, ...typed.options }).filter(
				(name) => !['downloadImages', 'options'].includes(name),
			);
			const values = await Promise.all(
				fields.map(async (name) => [name, await again.value(name)] as const),
			);
			expect(Object.fromEntries(values)).toEqual({
				operation: 'Image to Image',
				model: 'Image-01 Live',
				prompt: typed.prompt,
				inputType: 'Image URL',
				imageUrls: typed.imageUrls,
				aspectRatio: '3:4 (864 × 1152, portrait)',
				numberOfImages: '3',
				style: 'Watercolor',
				seed: '42',
			});
			expect(await again.isOn('downloadImages')).toBe(false);
			expect(sandbox.requests).toHaveLength(0);
		});
	});

	describe('a run', () => {
		inEditor('shows the picture and tells about it', async (editor) => {
			const form = await editor.addNode();
			await form.type('prompt', PROMPT);
			await form.addOption('File Name');
			await form.type('fileName', 'sunset-over-hills');
			await form.addOption('Seed');
			await form.type('seed', '77');
			await form.execute();
			await form.output.getByTestId('node-run-status-success').waitFor();
			await editor.message('Node executed successfully').waitFor();
			expect(sandbox.requests.map(({ body }) => body)).toEqual([
				{
					model: 'image-01',
					prompt: PROMPT,
					aspect_ratio: '1:1',
					response_format: 'url',
					n: 1,
					seed: 77,
				},
			]);

			await form.show('json');
			await eventually(async () => {
				expect(await form.json()).toEqual([
					{
						requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
						imageIndex: 1,
						imageUrl: expect.stringContaining(`${sandbox.imageUrl}/`),
						expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
						width: 1024,
						height: 1024,
						model: 'image-01',
						prompt: PROMPT,
						seed: 77,
						successCount: 1,
						failedCount: 0,
					},
				]);
			});

			await form.show('binary');
			await form.output.getByText('sunset-over-hills.jpg').waitFor();
			await form.output.getByTestId('ndv-view-binary-data').click();
			const picture = form.window.locator('.binary-data-window img');
			await eventually(async () => {
				expect(
					await picture.evaluate((image: { naturalWidth: number; naturalHeight: number }) => [
						image.naturalWidth,
						image.naturalHeight,
					]),
				).toEqual([1024, 1024]);
			});
			const around = [form.parameters, form.output];
			await illustrate(editor.page, 'node-form', { around, until: form.moreOptions });
			await illustrate(editor.page, 'preview', { around: [form.output], until: picture });

			await form.close();
			await editor.node(NODE).getByTestId('canvas-node-status-success').waitFor();
			expect(sandbox.requests).toHaveLength(1);
			expect(sandbox.paidImages).toBe(1);
		});

		inEditor('does not start without a prompt', async (editor) => {
			const form = await editor.addNode();
			await form.execute();

			await editor.message('Parameter "Prompt" is required').waitFor();
			expect(sandbox.requests).toHaveLength(0);
		});

		inEditor('names the field whose value cannot be sent, and sends nothing', async (editor) => {
			const form = await editor.addNode();
			await form.type('prompt', PROMPT);
			await form.choose('aspectRatio', 'Custom');
			await form.type('width', '1001');
			await form.execute();

			await form.output.getByTestId('node-error-message').waitFor();
			expect(await form.output.getByTestId('node-error-message').innerText()).toBe(
				'"Width" is 1001, but must be a whole number from 512 to 2048 pixels, divisible by 8 [item 0]',
			);
			expect(sandbox.requests).toHaveLength(0);
			await editor.message('Problem in node ‘MiniMax Image‘').waitFor();
			const around = [form.parameters, form.output];
			await illustrate(editor.page, 'validation', { around, until: form.field('height') });
			await form.close();
			await editor.node(NODE).getByTestId('node-issues').waitFor();
		});

		inEditor('tells in words why MiniMax made no image, and what to do', async (editor) => {
			sandbox.script({ code: 1008, message: 'insufficient balance' });
			const form = await editor.addNode();
			await form.type('prompt', PROMPT);
			await form.execute();

			await form.output.getByTestId('node-error-message').waitFor();
			expect(await form.output.getByTestId('node-error-message').innerText()).toBe(
				'The balance of the MiniMax account is too low [item 0]',
			);
			expect(await form.output.getByTestId('node-error-description').innerText()).toMatch(
				/^Top up the account on the MiniMax platform, then run the failed items again\. \(Details: insufficient balance\. Code: 1008\. Trace ID: [0-9a-f]{32}\)$/,
			);
			expect(sandbox.requests).toHaveLength(1);
			expect(sandbox.paidImages).toBe(0);
		});

		inEditor('works through an example that was imported from its file', async (editor) => {
			await editor.openEmptyWorkflow();
			await editor.importWorkflow(EXAMPLE);
			await editor.node(NODE).waitFor();
			await editor.executeWorkflow();

			const success = editor.node('Images').getByTestId('canvas-node-status-success');
			await success.waitFor();
			await eventually(async () => {
				const counts = await editor.canvas.getByTestId('edge-label').allInnerTexts();
				expect(counts).toEqual(['6 items', '8 items', '']);
			});
			expect(sandbox.requests).toHaveLength(6);
			expect(sandbox.paidImages).toBe(8);
			// Nothing is marked any more after a click beside it.
			await editor.canvas.click({ position: { x: 200, y: 40 } });
			await illustrate(editor.page, 'canvas', { around: [editor.page.locator('body')] });
		});
	});
});
