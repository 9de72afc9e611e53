import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IDataObject, INode } from 'n8n-workflow';
import sharp from 'sharp';

import {
	EXAMPLES,
	imageNode,
	loadExample,
	pinnedData,
	plannedImages,
	rowsOf,
	withParameters,
	withRows,
} from '../demo/examples';
import type { Example } from '../demo/examples';
import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';
import { sandboxCredential } from '../support/account';
import { runWorkflow } from '../support/engine';
import type { EngineRun } from '../support/engine';
import { decoded } from '../support/images';
import { sources } from '../support/node';

const FOLDER = join(__dirname, '../../examples');
const JPEG_URL = 'data:image/jpeg;base64,';

let sandbox: Sandbox;

beforeAll(async () => {
	sandbox = await startSandbox();
});
beforeEach(() => sandbox.reset());
afterAll(async () => await sandbox.close());

async function run(example: Example): Promise<EngineRun> {
	return await runWorkflow({
		types: sources,
		workflow: withParameters(example, { options: { requestsPerMinute: 0 } }),
		pinData: pinnedData(example),
		credentials: sandboxCredential(sandbox),
	});
}

const isNote = ({ type }: INode) => type === 'n8n-nodes-base.stickyNote';

/** Row, file name and decoded size of each image that a node handed on. */
async function imagesAt(node: string, { outputs }: EngineRun) {
	const [items = []] = outputs(node);
	return await Promise.all(
		items.map(async (item) => ({
			row: item.pairedItem,
			prompt: item.json.prompt,
			file: item.binary?.data?.fileName,
			...(await decoded(item)),
		})),
	);
}

/** The bodies that arrived, in the order of the rows: requests run at the same time. */
const bodiesByPrompt = (prompts: unknown[]) =>
	sandbox.requests
		.map(({ body }) => body)
		.sort((one, other) => prompts.indexOf(one.prompt) - prompts.indexOf(other.prompt));

/** Reads the embedded portrait of an item. */
function portraitOf({ portrait }: IDataObject): Buffer {
	expect(portrait).toEqual(expect.stringMatching(/^data:image\/jpeg;base64,[A-Za-z0-9+/]+=*$/));
	return Buffer.from(String(portrait).slice(JPEG_URL.length), 'base64');
}

/** Names that n8n gives to new credentials. */
const PLACEHOLDERS: Record<string, string> = {
	miniMaxImageApi: 'MiniMax Image account',
	googleSheetsOAuth2Api: 'Google Sheets account',
	googleDriveOAuth2Api: 'Google Drive account',
	slackApi: 'Slack account',
	openAiApi: 'OpenAI account',
	telegramApi: 'Telegram account',
};

/** Workflow settings of examples that need more than n8n's own. */
const SETTINGS: Record<string, object> = { 'table-in-batches': { saveExecutionProgress: true } };

/** Words that people search in n8n's list of workflows. */
const SEARCHED: Record<string, RegExp> = {
	'agent-to-telegram': /Telegram.*AI Agent/,
	'ai-agent': /AI Agent.*chat/,
	'data-table-queue': /Data Table/,
	'form-to-picture': /form/,
	'portrait-in-scenes': /image to image/,
	'portrait-to-slack': /form.*Slack/,
	'sheet-to-drive': /Google Sheets.*Google Drive/,
	'table-in-batches': /table in batches/,
	'table-of-prompts': /table of prompts/,
	'text-to-image': /text to image/,
	'webhook-to-image': /webhook/,
};

/** A node of n8n is about 100 wide, with its name below it. */
const NODE_SIZE = { width: 100, height: 130 };

interface Box {
	left: number;
	top: number;
	right: number;
	bottom: number;
}

function boxOf({ position: [left, top], parameters }: INode): Box {
	const { width, height } = { ...NODE_SIZE, ...parameters };
	return { left, top, right: left + Number(width), bottom: top + Number(height) };
}

const overlap = (one: Box, other: Box) =>
	one.left < other.right &&
	other.left < one.right &&
	one.top < other.bottom &&
	other.top < one.bottom;

const WORKFLOWS = readdirSync(FOLDER)
	.filter((file) => file.endsWith('.json'))
	.map((file) => file.replace('.json', ''));

describe.each(WORKFLOWS)('the file of %s', (name) => {
	const example = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8')) as Example;

	test('holds what the editor imports, and nothing of an instance', () => {
		expect(Object.keys(example).sort()).toEqual(
			['active', 'connections', 'name', 'nodes', 'pinData', 'settings', 'tags'].sort(),
		);
		expect(example.settings).toEqual({ executionOrder: 'v1', ...SETTINGS[name] });
		expect(new Set(example.nodes.map(({ id }) => id)).size).toBe(example.nodes.length);
		expect(JSON.stringify(example)).not.toMatch(/instanceId|webhookId|versionId/);
	});

	test('has a name that people find', () => {
		expect(example.name).toMatch(/^MiniMax Image: /);
		expect(example.name).toMatch(SEARCHED[name] ?? /^$/);
	});

	test('explains itself in notes beside the nodes', () => {
		const notes = example.nodes.filter(isNote);
		const text = notes.map(({ parameters }) => String(parameters.content)).join('\n\n');
		expect(text).toMatch(
			/^## [^]*Before the first run[^]*What to change[^]*With a MiniMax key, each picture is charged\.$/,
		);
		for (const note of notes) {
			const others = example.nodes.filter((node) => node !== note);
			const covered = others.filter((node) => overlap(boxOf(note), boxOf(node)));
			expect(covered.map((node) => node.name)).toEqual([]);
		}
	});

	test('says nothing in its notes that is wrong where `npm start` has chosen the credential', () => {
		const text = JSON.stringify(example.nodes.filter(isNote));
		expect(text).toContain('If *MiniMax Image* has no credential yet, choose or create yours');
		expect(text).not.toMatch(/MiniMax charges|your MiniMax credential/);
	});

	test('names credentials by placeholders only', () => {
		const credentials = example.nodes.flatMap((node) => Object.entries(node.credentials ?? {}));
		expect(credentials.map(([type]) => type)).toContain('miniMaxImageApi');
		for (const [type, { id, name: placeholder }] of credentials) {
			expect(id).toMatch(/^\d$/);
			expect(placeholder).toBe(PLACEHOLDERS[type]);
		}
	});

	test('is in the list of examples', () => {
		expect(readFileSync(join(FOLDER, 'README.md'), 'utf8')).toContain(`(${name}.json)`);
	});
});

test.each(EXAMPLES)('%s makes as many images as the demo announces', async (name) => {
	const example = loadExample(name);
	const { error, outputs } = await run(example);
	expect(error).toBeUndefined();
	expect(outputs(imageNode(example).name).flat()).toHaveLength(plannedImages(example));
	expect(sandbox.paidImages).toBe(plannedImages(example));
	expect(sandbox.requests).toHaveLength(rowsOf(example).length);
});

test('text-to-image makes two wide images from one prompt', async () => {
	const example = loadExample('text-to-image');
	const finished = await run(example);

	const { prompt } = imageNode(example).parameters;
	const image = { row: { item: 0 }, prompt, width: 1280, height: 720, format: 'jpeg' };
	expect(await imagesAt('MiniMax Image', finished)).toEqual([
		{ ...image, file: 'small-red-sailing-boat-on-a-1.jpg' },
		{ ...image, file: 'small-red-sailing-boat-on-a-2.jpg' },
	]);
	expect(sandbox.requests.map(({ body }) => body)).toEqual([
		{ model: 'image-01', prompt, aspect_ratio: '16:9', n: 2, response_format: 'url' },
	]);
});

test('portrait-in-scenes sends the same portrait with every scene', async () => {
	const example = loadExample('portrait-in-scenes');
	const rows = rowsOf(example).map(({ json }) => json);
	const finished = await run(example);

	expect(rows).toHaveLength(5);
	expect(new Set(rows.map(({ portrait }) => portrait)).size).toBe(1);
	expect(await imagesAt('MiniMax Image', finished)).toEqual(
		rows.map(({ scene }, index) => ({
			row: { item: index },
			prompt: scene,
			file: index === 0 ? 'portrait.jpg' : `portrait-${index + 1}.jpg`,
			width: 864,
			height: 1152,
			format: 'jpeg',
		})),
	);
	expect(bodiesByPrompt(rows.map(({ scene }) => scene))).toEqual(
		rows.map(({ scene, portrait }) => ({
			model: 'image-01',
			prompt: scene,
			aspect_ratio: '3:4',
			n: 1,
			response_format: 'url',
			seed: 42,
			subject_reference: [{ type: 'character', image_file: portrait }],
		})),
	);
});

test('the embedded portrait is a small JPEG of the drawing beside it', async () => {
	const [row] = rowsOf(loadExample('portrait-in-scenes'));
	const bytes = portraitOf(row?.json ?? {});
	const { format, width, height } = await sharp(bytes).metadata();
	expect({ format, width, height }).toEqual({ format: 'jpeg', width: 256, height: 256 });
	expect(bytes.length).toBeLessThan(11_000);

	const drawing = sharp(join(FOLDER, 'portrait.svg')).resize(256, 256).removeAlpha();
	const [drawn, embedded] = await Promise.all([
		drawing.raw().toBuffer(),
		sharp(bytes).raw().toBuffer(),
	]);
	expect(embedded).toHaveLength(drawn.length);
	const difference = drawn.reduce(
		(sum, value, index) => sum + Math.abs(value - (embedded[index] ?? 0)),
		0,
	);
	expect(difference / drawn.length).toBeLessThan(6);
});

describe('table-of-prompts', () => {
	const example = loadExample('table-of-prompts');
	const rows = rowsOf(example).map(({ json }) => json);
	const image = { format: 'jpeg' };
	const wanted = [
		{ ...image, row: 0, file: 'lighthouse.jpg', width: 1280, height: 720 },
		{ ...image, row: 1, file: 'night-market-1.jpg', width: 720, height: 1280 },
		{ ...image, row: 1, file: 'night-market-2.jpg', width: 720, height: 1280 },
		{ ...image, row: 2, file: 'tea-table.jpg', width: 1024, height: 1024 },
		{ ...image, row: 3, file: 'island-map.jpg', width: 1152, height: 864 },
		{ ...image, row: 4, file: 'robot-gardener-1.jpg', width: 864, height: 1152 },
		{ ...image, row: 4, file: 'robot-gardener-2.jpg', width: 864, height: 1152 },
		{ ...image, row: 5, file: 'desert-road.jpg', width: 1344, height: 576 },
	];
	const expected = (images: typeof wanted) =>
		images.map(({ row, ...file }) => ({
			...file,
			row: { item: row },
			prompt: rows[row]?.prompt,
		}));

	test('makes each row as its columns say', async () => {
		const finished = await run(example);

		expect(await imagesAt('MiniMax Image', finished)).toEqual(expected(wanted));
		expect(finished.outputs('Images')[0]).toHaveLength(wanted.length);
		expect(finished.outputs('Failed rows').flat()).toEqual([]);
		expect(bodiesByPrompt(rows.map(({ prompt }) => prompt))).toEqual(
			rows.map(({ prompt, ratio, images }) => ({
				model: 'image-01',
				prompt,
				aspect_ratio: ratio,
				n: images,
				response_format: 'url',
			})),
		);
	});

	test('hands a row that MiniMax refuses to "Failed rows", and the others to "Images"', async () => {
		const blocked = rows.map((row, index) =>
			index === 1 ? { ...row, prompt: 'a BLOCKED market' } : row,
		);
		const finished = await run(withRows(example, blocked));

		expect(finished.run.status).toBe('success');
		expect(await imagesAt('MiniMax Image', finished)).toEqual(
			expected(wanted.filter(({ row }) => row !== 1)),
		);
		expect(finished.outputs('Images')[0]).toHaveLength(6);
		const [failed = [], ...more] = finished.outputs('Failed rows');
		expect(more).toEqual([]);
		expect(failed).toEqual([
			expect.objectContaining({
				json: expect.objectContaining({ error: expect.stringContaining('sensitive') }),
			}),
		]);
		expect(finished.outputs('MiniMax Image')[1]?.[0]?.pairedItem).toEqual({ item: 1 });
		expect(sandbox.requests).toHaveLength(rows.length);
	});

	test('hands a row with a ratio that does not exist to "Failed rows" before anything is sent', async () => {
		const finished = await run(withRows(example, [{ ...rows[0], ratio: '5:4' }]));

		expect(finished.outputs('Images').flat()).toEqual([]);
		const [failed] = finished.outputs('Failed rows')[0] ?? [];
		expect(failed?.json.error).toEqual(expect.stringContaining('"Aspect Ratio" is "5:4"'));
		expect(failed?.json.name).toBe('lighthouse');
		expect(sandbox.requests).toEqual([]);
	});

	test.each([
		['16:09:00', '16:9'],
		['03:04:00', '3:4'],
		['1:01:00', '1:1'],
		['', '1:1'],
	])('understands the time %j that a sheet made of a ratio', async (ratio, sent) => {
		const finished = await run(withRows(example, [{ ...rows[0], ratio }]));

		expect(finished.outputs('Images')[0]).toHaveLength(1);
		expect(sandbox.requests.map(({ body }) => body.aspect_ratio)).toEqual([sent]);
	});

	test.each(['4:09:00 PM', '2026-03-02', 0.6729])(
		'tells how to keep a sheet from making something else of a ratio (%j)',
		async (ratio) => {
			const finished = await run(withRows(example, [{ ...rows[0], ratio }]));

			const [failed] = finished.outputs('Failed rows')[0] ?? [];
			expect(failed?.json.error).toEqual(expect.stringContaining('but must be one of'));
			expect(failed?.json.errorDetails).toMatchObject({
				description: expect.stringContaining('format the column as plain text'),
			});
			expect(sandbox.requests).toEqual([]);
		},
	);
});
