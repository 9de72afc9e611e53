import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { packPackage } from '../../support/build';
import { installHost } from '../host/install.cjs';
import type { Host } from '../host/install.cjs';
import { startN8n } from '../host/n8n';
import { installPackage } from '../host/package';
import { ProgressLine, together } from '../host/progress.cjs';
import { N8nRest } from '../host/rest';

/** Whom the tests sign in as. */
export const OWNER = { email: 'owner@example.com', password: 'Owner-of-tests-1' };

/** What all test files share; jest hands it on as text. */
export interface Environment {
	host: Host;
	/** Removed at the end. */
	folder: string;
	/** A user folder with the package installed and an owner, for copies of it. */
	template: string;
}

const ROOT = join(__dirname, '../../..');
const VARIABLE = 'MINIMAX_IMAGE_E2E';

/** Reads what the setup prepared. */
export function readEnvironment(): Environment {
	return JSON.parse(process.env[VARIABLE] ?? '') as Environment;
}

/** Installs n8n if need be, and the package into a user folder as users get it. */
export async function prepareEnvironment(): Promise<void> {
	const progress = new ProgressLine();
	const host = await installHost(together(progress.show));
	progress.end();
	const folder = await mkdtemp(join(tmpdir(), 'minimax-image-e2e-'));
	const template = join(folder, 'template');
	process.env[VARIABLE] = JSON.stringify({ host, folder, template } satisfies Environment);
	await installPackage(await packPackage(ROOT, folder), template);
	const n8n = await startN8n({ host, userFolder: template });
	await new N8nRest(n8n.url).setUpOwner(OWNER);
	await n8n.stop();
}

/** Removes what the setup prepared. */
export function removeEnvironment(): void {
	rmSync(readEnvironment().folder, { recursive: true, force: true });
}
