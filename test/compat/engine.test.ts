import { join } from 'node:path';

import { version as core } from 'n8n-core/package.json';
import { version as workflow } from 'n8n-workflow/package.json';

import { runWorkflow, TRIGGER } from '../support/engine';
import { engineHas } from '../support/features';
import { NODE_TYPE, loadPackage } from '../support/load';

const HERE = join(__dirname, 'node_modules');

/** Files of n8n's packages that are loaded. */
const loaded = () =>
	Object.keys(require.cache).filter((path) => /node_modules.(n8n-|@n8n.)/.test(path));

test('the engine is that of n8n 2.0.0', () => {
	expect({ core, workflow }).toEqual({ core: '2.0.0', workflow: '2.0.0' });
	// What the shared files of the tests see.
	expect(engineHas('causes')).toBe(false);
});

test('the built package runs on it, and no file of another engine is loaded', async () => {
	const types = await loadPackage(join(__dirname, '../..'));

	const { error } = await runWorkflow({
		types,
		workflow: {
			name: 'Test',
			nodes: [
				TRIGGER,
				{
					...TRIGGER,
					id: 'image',
					name: 'Image',
					type: NODE_TYPE,
					parameters: { prompt: '={{ "x".repeat(1501) }}' },
					credentials: { miniMaxImageApi: { id: '1', name: 'None' } },
				},
			],
			connections: { Trigger: { main: [[{ node: 'Image', type: 'main', index: 0 }]] } },
		},
		pinData: { Trigger: [{ json: {} }] },
		credentials: { apiKey: 'key', region: 'global' },
	});

	expect(error?.message).toContain('"Prompt" has 1501 characters');
	expect(loaded()).toEqual(expect.arrayContaining([join(HERE, 'n8n-core/dist/index.js')]));
	expect(loaded().filter((path) => !path.startsWith(HERE))).toEqual([]);
});
