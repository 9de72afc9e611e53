import { eventually } from '../support/browser';
import { NODE } from '../support/editor';
import { describeEditor } from '../support/editorTests';

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
	'AI Watermark',
	'Prompt Optimizer',
	'Seed',
	'File Name',
	'Include Input Fields',
	'Output Items',
	'Put Output in Field',
	'Max Concurrency',
	'Max Images per Run',
	'Max Retries',
	'Requests per Minute',
	'Timeout',
	'Transfer',
];
const STYLES = ['Comic', 'Lively', 'Medieval', 'Watercolor'];
const RATIOS = [
	'1:1 (1024 × 1024, square)',
	'16:9 (1280 × 720, wide)',
	'4:3 (1152 × 864, landscape)',
	'3:2 (1248 × 832, landscape)',
	'2:3 (832 × 1248, portrait)',
	'3:4 (864 × 1152, portrait)',
	'9:16 (720 × 1280, tall)',
];

const n8n = describeEditor();
const { inEditor } = n8n;

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
				'Generate image of the person in a portrait',
			]);
		});
		await editor.found('Generate image of the person in a portrait').click();
		const form = await editor.openedForm();
		await eventually(async () => expect(await form.value('operation')).toBe('Image to Image'));
		await form.close();
		await eventually(async () => {
			expect(await editor.node(NODE).allInnerTexts()).toEqual([`${NODE}\nImage to Image`]);
			expect(await editor.canvas.getByTestId('edge').count()).toBe(1);
		});
	});
});

describe('with a credential', () => {
	beforeAll(async () => await n8n.ensureCredential());

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
				expect(await offers()).toEqual([RATIOS, OPTIONS.toSpliced(3, 0, 'Style Weight')]);
			});
			expect(await form.choices('style')).toEqual(['None', ...STYLES]);
			expect(await form.value('style')).toBe('None');
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
				style: '水彩',
				downloadImages: false,
				options: { seed: 42 },
			};
			// n8n saves by itself, a little later.
			await eventually(async () => {
				const { nodes } = await n8n.rest.workflow(editor.workflowId());
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
			expect(n8n.sandbox.requests).toHaveLength(0);
		});
	});
});
