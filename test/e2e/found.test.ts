import type { INodeParameters } from 'n8n-workflow';

import { eventually } from './support/browser';
import { NODE } from './support/editor';
import type { Editor } from './support/editor';
import { describeEditor } from './support/editorTests';
import type { NodeForm } from './support/nodeForm';

const NODE_TYPE = 'n8n-nodes-minimax-image.miniMaxImage';

const n8n = describeEditor();
const { inEditor } = n8n;
beforeAll(async () => await n8n.ensureCredential());

interface Step {
	name: string;
	type: string;
	typeVersion?: number;
	parameters?: INodeParameters;
}

/** Opens the form of one node of a workflow, whose nodes follow each other. */
async function openForm(editor: Editor, steps: Step[], name: string): Promise<NodeForm> {
	const nodes = steps.map((step, index) => ({
		id: String(index),
		typeVersion: 1,
		parameters: {},
		...step,
		position: [index * 220, 0] as [number, number],
	}));
	const connections = Object.fromEntries(
		steps
			.slice(1)
			.map((next, index) => [
				steps[index]?.name ?? '',
				{ main: [[{ node: next.name, type: 'main' as const, index: 0 }]] },
			]),
	);
	const saved = await n8n.rest.createWorkflow({ name: 'Test', nodes, connections });
	await editor.openWorkflow(saved.id);
	return await editor.openForm(name);
}

const START: Step = { name: 'Start', type: 'n8n-nodes-base.manualTrigger' };
const IMAGE: Step = { name: NODE, type: NODE_TYPE, parameters: { prompt: 'a fox' } };
const NEXT: Step = { name: 'Edit Fields', type: 'n8n-nodes-base.set', typeVersion: 3.4 };

describe('the list of nodes', () => {
	inEditor('has the node first, or alone, for what people type for images', async (editor) => {
		await editor.openNodeCreator();
		for (const words of [
			...['text to image', 'image to image', 'generate image', 'create image', 'ai image'],
			...['picture', 'photo', 'portrait', 'hailuo', 'mini max'],
		]) {
			await editor.searchNodes('minimax');
			await eventually(async () => expect(await editor.foundNames()).toHaveLength(3));
			await editor.searchNodes(words);

			await eventually(async () => {
				const [first] = await editor.foundNames();
				expect([words, first]).toEqual([words, NODE]);
			});
		}
	});

	inEditor('shows it for "image" without scrolling, told from the node of n8n', async (editor) => {
		await editor.openNodeCreator();
		await editor.searchNodes('image');

		const entry = editor.found(NODE);
		await entry.waitFor();
		const box = await entry.boundingBox();
		expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(900);
		expect(await entry.innerText()).toMatch(/image to image.*table.*files/s);
	});
});

describe('before the first run', () => {
	inEditor('the next node offers the fields of the image for mapping', async (editor) => {
		for (const operation of ['textToImage', 'imageToImage']) {
			const image = { ...IMAGE, parameters: { ...IMAGE.parameters, operation } };
			const form = await openForm(editor, [START, image, NEXT], NEXT.name);

			await form.window.getByText('Usually outputs the following fields').waitFor();
			for (const field of ['imageUrl', 'fileName', 'prompt', 'requestId']) {
				await form.window.getByText(field, { exact: true }).first().waitFor();
			}
		}
		expect(n8n.sandbox.requests).toHaveLength(0);
	});

	inEditor('sixty rows are told to take five minutes', async (editor) => {
		const rows = {
			name: 'Rows',
			type: 'n8n-nodes-base.code',
			typeVersion: 2,
			parameters: { jsCode: 'return Array.from({ length: 60 }, () => ({ json: {} }));' },
		};
		const form = await openForm(editor, [START, rows, IMAGE], NODE);
		await form.window.getByText('Execute previous nodes').first().click();

		await eventually(async () => {
			expect(await form.output.getByTestId('node-hint').allInnerTexts()).toEqual([
				expect.stringMatching(/take about 5 minutes at the set Requests per Minute/),
			]);
		});
		expect(n8n.sandbox.requests).toHaveLength(0);
	});
});

describe('the form', () => {
	inEditor(
		'says what the reference of Image to Image is, and what an image costs',
		async (editor) => {
			const form = await editor.addNode('Generate image of the person in a portrait');

			await form.parameters.getByText('The reference is a portrait of a person').waitFor();
			await form.parameters.getByText('Each image is charged. Links to images work for').waitFor();
			await form.choose('aspectRatio', 'Custom');
			await eventually(async () => {
				const rules = form.parameters.getByText('512 to 2048 pixels, divisible by 8');
				expect(await rules.count()).toBe(2);
			});
		},
	);

	inEditor('shows a style that an earlier version saved, beside the new field', async (editor) => {
		const parameters = { prompt: 'a fox', model: 'image-01-live', options: { style: '水彩' } };
		const form = await openForm(editor, [START, { ...IMAGE, parameters }], NODE);

		await eventually(async () => {
			const labels = await form.labels();
			expect(labels.filter((label) => label === 'Style')).toHaveLength(2);
		});
		expect(await form.options()).not.toContain('Style');
	});

	inEditor('offers a tool of an AI Agent no options about files', async (editor) => {
		const form = await openForm(editor, [{ ...IMAGE, type: `${NODE_TYPE}Tool` }], NODE);

		await eventually(async () => {
			expect(await form.options()).toEqual([
				...['AI Watermark', 'Prompt Optimizer', 'Seed', 'Max Images per Run', 'Max Retries'],
				...['Requests per Minute', 'Timeout'],
			]);
		});
	});
});
