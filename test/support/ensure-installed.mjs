// Installs what is missing, or not what package-lock.json says, so that every command works on a fresh
// clone: in the root, or in the folders that are given.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { isInstalled, NPM_CI } from './installed.cjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

function install(folder) {
	const windows = process.platform === 'win32';
	const { status } = spawnSync(windows ? 'npm.cmd' : 'npm', NPM_CI, {
		cwd: folder,
		stdio: 'inherit',
		shell: windows,
	});
	if (status !== 0) {
		console.error('The installation failed. See the messages above, then try again.');
		process.exit(1);
	}
}

const folders = process.argv.slice(2);
for (const name of folders.length > 0 ? folders : ['.']) {
	const folder = join(root, name);
	if (isInstalled(folder)) continue;
	const what = name === '.' ? 'the development tools' : `the packages of ${name}`;
	console.log(`Installing ${what} (about a minute, once) …`);
	install(folder);
}
