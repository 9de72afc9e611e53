import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { npm } from '../../support/npm';

/** Installs a tarball where n8n keeps community nodes, as its own installer does. n8n sees it after a restart. */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const nodes = join(userFolder, '.n8n/nodes');
	await mkdir(nodes, { recursive: true });
	// As n8n has it; without one, npm would install into a folder above.
	const ledger = join(nodes, 'package.json');
	if (!existsSync(ledger)) {
		await writeFile(ledger, JSON.stringify({ name: 'installed-nodes', private: true }));
	}
	const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
	await npm(nodes, 'install', '--legacy-peer-deps', '--ignore-scripts', ...quiet, tarball);
}
