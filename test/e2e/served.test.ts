import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ICredentialDataDecryptedObject, INodeTypeDescription } from 'n8n-workflow';

import { startSandbox } from '../sandbox';
import type { Sandbox } from '../sandbox';
import { sandboxCredential } from '../support/account';
import type { SavedCredential } from './host/rest';
import { createSandboxCredential, CREDENTIAL_TYPE, startInstance } from './support/instance';
import type { Instance } from './support/instance';

const ICONS = join(__dirname, '../../icons');
const SCHEMAS = join(__dirname, '../../nodes/MiniMaxImage/__schema__/v1.0.0');
const NODE = 'n8n-nodes-minimax-image.miniMaxImage';

let instance: Instance;
let sandbox: Sandbox;
beforeAll(async () => {
	[instance, sandbox] = await Promise.all([startInstance(), startSandbox()]);
});
afterAll(async () => {
	await instance.stop();
	await sandbox.close();
});

describe('what n8n serves', () => {
	type Served = INodeTypeDescription & {
		iconUrl: { light: string; dark: string };
		codex: object;
	};
	let nodes: Map<string, Served>;
	beforeAll(async () => {
		const descriptions = (await instance.rest.nodeTypes()) as unknown as Served[];
		nodes = new Map(descriptions.map((node) => [node.name, node]));
	});

	test('the node has its operations, credential and codex', () => {
		const node = nodes.get(NODE);

		expect(node).toMatchObject({
			displayName: 'MiniMax Image',
			version: 1,
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: CREDENTIAL_TYPE, required: true }],
			codex: {
				categories: ['Marketing & Content', 'Productivity'],
				alias: expect.arrayContaining(['minimax', 'text to image', 'image to image']),
			},
		});
		const operation = node?.properties.find(({ name }) => name === 'operation');
		expect(operation?.options?.map((option) => 'value' in option && option.value)).toEqual([
			'textToImage',
			'imageToImage',
			// n8n adds this one to every node whose credential can be used in an HTTP Request.
			'__CUSTOM_API_CALL__',
		]);
	});

	test.each(['textToImage', 'imageToImage'])(
		'the output schema of %s is ours',
		async (operation) => {
			const { bytes } = await instance.rest.file(`/schemas/${NODE}/1.0.0/${operation}.json`);

			expect(bytes).toEqual(readFileSync(join(SCHEMAS, `${operation}.json`)));
		},
	);

	test('its twin for AI Agents is there, with the same fields', () => {
		const tool = nodes.get(`${NODE}Tool`);

		expect(tool).toMatchObject({ displayName: 'MiniMax Image Tool', outputs: ['ai_tool'] });
		expect(tool?.properties.map(({ name }) => name)).toEqual(
			expect.arrayContaining(['operation', 'model', 'prompt', 'aspectRatio', 'numberOfImages']),
		);
		expect(tool?.codex).toMatchObject({ categories: ['AI'], subcategories: { AI: ['Tools'] } });
	});

	test.each([
		['light', 'minimaxImage.svg'],
		['dark', 'minimaxImage.dark.svg'],
	] as const)('the %s icon of node and twin is ours', async (theme, file) => {
		for (const name of [NODE, `${NODE}Tool`]) {
			const { bytes, contentType } = await instance.rest.file(
				`/${nodes.get(name)?.iconUrl[theme] ?? ''}`,
			);

			expect(contentType).toContain('image/svg+xml');
			expect(bytes).toEqual(readFileSync(join(ICONS, file)));
		}
	});
});

describe("n8n's credential test", () => {
	let saved: SavedCredential;
	beforeAll(async () => {
		saved = await createSandboxCredential(instance.rest, sandbox);
	});
	beforeEach(() => sandbox.reset());

	const check = async (more: ICredentialDataDecryptedObject = {}) =>
		await instance.rest.testCredential(saved, { ...sandboxCredential(sandbox), ...more });

	test('a good key passes, and nothing is charged', async () => {
		expect(await check()).toEqual({ status: 'OK', message: 'Connection successful!' });
		expect(sandbox.paidImages).toBe(0);
	});

	test.each(['1004', '2049', '401'] as const)(
		'a bad key (%s) fails, and the words name the region',
		async (badKeyAnswer) => {
			sandbox.badKeyAnswer = badKeyAnswer;

			expect(await check({ apiKey: 'wrong' })).toEqual({
				status: 'Error',
				message:
					'MiniMax did not accept this API key. The most likely cause is the Region: Keys for Global are ' +
					'issued at platform.minimax.io, keys for China Mainland at platform.minimaxi.com, and each works ' +
					'only with its own Region. Otherwise the key is mistyped, expired or deleted.',
			});
		},
	);

	test('an empty key fails, and the words name the field', async () => {
		expect(await check({ apiKey: ' ' })).toEqual({
			status: 'Error',
			message: expect.stringContaining('API Key'),
		});
	});

	test('a dead host fails in plain words', async () => {
		expect(await check({ baseUrl: 'http://127.0.0.1:1' })).toEqual({
			status: 'Error',
			message:
				'127.0.0.1:1 cannot be reached. Nothing listens at that address. Check Region, Base URL and the network of n8n.',
		});
	});

	test.each(['gateway', 'ftp://gateway.example.com'])(
		'a bad Base URL (%s) fails in plain words',
		async (baseUrl) => {
			expect(await check({ baseUrl })).toEqual({
				status: 'Error',
				message: `Base URL "${baseUrl}" is not a web address. It must start with https:// or http://, e.g. https://gateway.example.com.`,
			});
		},
	);

	test('a web page in place of the API fails in plain words', async () => {
		const page = `${instance.n8n.url}/signin`;

		expect(await check({ baseUrl: page })).toEqual({
			status: 'Error',
			message: expect.stringContaining('Check Region and Base URL'),
		});
	});
});
