import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ICredentialType, INodeType } from 'n8n-workflow';

import type { LoadedTypes } from '../support/engine';

const PACKAGE = '@n8n/n8n-nodes-langchain@2.41.1';

export const RIVAL_TYPE = '@n8n/n8n-nodes-langchain.minimax';

/** What the node's text operation needs; its image operation, which is measured, never calls it. */
const NEVER_CALLED = [
	'zod-to-json-schema',
	'@langchain/classic/output_parsers',
	'@n8n/json-schema-to-zod',
	'generate-schema',
];

/** Unpacks the package that holds n8n's own MiniMax node below `folder`. */
export function fetchRival(folder: string): void {
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(folder, { recursive: true });
	execFileSync('npm', ['pack', PACKAGE, '--silent', '--pack-destination', folder], {
		stdio: ['ignore', 'ignore', 'inherit'],
	});
	const [tarball = ''] = readdirSync(folder);
	execFileSync('tar', ['xzf', join(folder, tarball), '-C', folder]);
	for (const name of NEVER_CALLED) {
		mkdirSync(join(folder, 'node_modules', name), { recursive: true });
		writeFileSync(join(folder, 'node_modules', name, 'index.js'), 'module.exports = class {};\n');
	}
}

/** n8n's own MiniMax node and its credential, from where `fetchRival` has put them. */
export function loadRival(folder: string): LoadedTypes {
	const require = createRequire(__filename);
	const load = (path: string): unknown => require(join(folder, 'package/dist', path));
	const { MiniMax } = load('nodes/vendors/MiniMax/MiniMax.node.js') as {
		MiniMax: new () => INodeType;
	};
	const { MinimaxApi } = load('credentials/MinimaxApi.credentials.js') as {
		MinimaxApi: new () => ICredentialType;
	};
	return {
		nodes: { [RIVAL_TYPE]: new MiniMax() },
		credentials: { minimaxApi: new MinimaxApi() },
	};
}
