// Installs what is missing, or not what package-lock.json says, so that every command works on a fresh
// clone: in the root, or in the folders that are given. Plain JavaScript, since it runs before anything
// is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

function packages(file) {
	return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/** npm leaves a lockfile of what it really installed inside node_modules. */
function isCurrent(folder) {
	const installed = packages(join(folder, 'node_modules/.package-lock.json'));
	return Object.entries(packages(join(folder, 'package-lock.json')))
		.filter(([path]) => path !== '')
		.every(([path, { version, optional }]) =>
			installed[path]
				? installed[path].version === version && existsSync(join(folder, path))
				: optional,
		);
}

function install(folder) {
	const windows = process.platform === 'win32';
	const { status } = spawnSync(
		windows ? 'npm.cmd' : 'npm',
		['ci', '--no-audit', '--no-fund', '--loglevel=error'],
		{ cwd: folder, stdio: 'inherit', shell: windows },
	);
	if (status !== 0) {
		console.error('The installation failed. See the messages above, then try again.');
		process.exit(1);
	}
}

const folders = process.argv.slice(2);
for (const name of folders.length > 0 ? folders : ['.']) {
	const folder = join(root, name);
	if (isCurrent(folder)) continue;
	const what = name === '.' ? 'the development tools' : `the packages of ${name}`;
	console.log(`Installing ${what} (about a minute, once) …`);
	install(folder);
}
