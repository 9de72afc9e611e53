// Installs the development tools when they are missing or not those of package-lock.json, so that
// every command works on a fresh clone. Plain JavaScript, since it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

function packages(file) {
	return existsSync(root + file) ? JSON.parse(readFileSync(root + file, 'utf8')).packages : {};
}

/** npm leaves a lockfile of what it really installed inside node_modules. */
function isCurrent() {
	const installed = packages('node_modules/.package-lock.json');
	return Object.entries(packages('package-lock.json'))
		.filter(([path]) => path !== '')
		.every(([path, { version, optional }]) =>
			installed[path] ? installed[path].version === version && existsSync(root + path) : optional,
		);
}

if (!isCurrent()) {
	console.log('Installing the development tools (about a minute, once) …');
	const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
	const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
		cwd: root,
		stdio: 'inherit',
		shell: process.platform === 'win32',
	});
	if (status !== 0) {
		console.error('The installation failed. See the messages above, then try again.');
		process.exit(1);
	}
}
