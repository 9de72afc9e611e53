import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../../..');
const WINDOWS = process.platform === 'win32';
const exec = promisify(execFile);

async function npm(folder: string, ...args: string[]): Promise<string> {
	const { stdout } = await exec(WINDOWS ? 'npm.cmd' : 'npm', args, { cwd: folder, shell: WINDOWS });
	return stdout;
}

/** Packs the built package into a folder and returns the path of the tarball. */
export async function packPackage(folder: string): Promise<string> {
	await mkdir(folder, { recursive: true });
	const said = await npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
	const [{ filename }] = JSON.parse(said) as [{ filename: string }];
	return join(folder, filename);
}

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
