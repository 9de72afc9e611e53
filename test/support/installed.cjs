// @ts-check
// Plain JavaScript, since it runs before anything is installed.
const { existsSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

/** @typedef {{ version: string, optional?: boolean }} Package */

/**
 * @param {string} file
 * @returns {Record<string, Package>}
 */
function packages(file) {
	return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {};
}

/**
 * Whether a folder has what its package-lock.json says; npm leaves a lockfile of what it really installed
 * inside node_modules.
 *
 * @param {string} folder
 */
function isInstalled(folder) {
	const installed = packages(join(folder, 'node_modules/.package-lock.json'));
	return Object.entries(packages(join(folder, 'package-lock.json')))
		.filter(([path]) => path !== '')
		.every(([path, { version, optional }]) =>
			installed[path]
				? installed[path].version === version && existsSync(join(folder, path))
				: optional,
		);
}

/** The command that makes it so. */
const NPM_CI = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];

module.exports = { isInstalled, NPM_CI };
