import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PackageDirectoryLoader } from 'n8n-core';

import { NODE_TYPE } from '../support/load';

const root = join(__dirname, '../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

beforeAll(() => {
	if (!existsSync(join(root, 'dist/nodes'))) throw new Error('Run "npm run build" first');
});

test('the manifest is what the contract and n8n ask for', () => {
	expect(manifest).toMatchObject({
		name: 'n8n-nodes-minimax-image',
		license: 'MIT',
		peerDependencies: { 'n8n-workflow': '*' },
		keywords: expect.arrayContaining(['n8n-community-node-package']),
	});
	expect(Object.keys(manifest.peerDependencies)).toHaveLength(1);
	for (const field of [
		'dependencies',
		'optionalDependencies',
		'overrides',
		'bundledDependencies',
	]) {
		expect(manifest).not.toHaveProperty(field);
	}
	for (const script of ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish']) {
		expect(manifest.scripts).not.toHaveProperty(script);
	}
	for (const version of Object.values(manifest.devDependencies)) {
		expect(version).toMatch(/^\d+\.\d+\.\d+$/);
	}
});

test("n8n's own loader finds node, credential, icons and codex", async () => {
	const loader = new PackageDirectoryLoader(root);
	await loader.loadAll();

	const { type } = loader.nodeTypes.miniMaxImage ?? {};
	expect(type?.description).toMatchObject({
		displayName: 'MiniMax Image',
		usableAsTool: { replacements: { description: expect.stringContaining('imageUrl') } },
		iconUrl: {
			light: 'icons/n8n-nodes-minimax-image/dist/icons/minimaxImage.svg',
			dark: 'icons/n8n-nodes-minimax-image/dist/icons/minimaxImage.dark.svg',
		},
		codex: {
			categories: ['Marketing & Content', 'Productivity'],
			alias: expect.arrayContaining(['hailuo']),
		},
	});
	expect(loader.credentialTypes.miniMaxImageApi?.type).toMatchObject({
		displayName: 'MiniMax Image API',
		iconUrl: { light: 'icons/n8n-nodes-minimax-image/dist/icons/minimaxImage.svg' },
	});
	expect(`${manifest.name}.miniMaxImage`).toBe(NODE_TYPE);
});
