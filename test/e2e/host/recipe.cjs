// @ts-check
const { createHash } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { copyFile, mkdir, rm, writeFile } = require('node:fs/promises');
const { join } = require('node:path');

/** Where git ignores what is installed. */
const PROGRAM = join(__dirname, '../../../.n8n/program');
const NPM_FILES = ['package.json', 'package-lock.json'];

/** Each is installed in a folder of its own, from the files that lie in the folder of its name here. */
const RECIPES = {
	tools: NPM_FILES,
	node: NPM_FILES,
	database: NPM_FILES,
	n8n: ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'],
};

/** @typedef {keyof typeof RECIPES} RecipeName */

/** @param {RecipeName} name */
function hashOf(name) {
	const hash = createHash('sha256').update(process.platform).update(process.arch);
	for (const file of RECIPES[name]) hash.update(readFileSync(join(__dirname, name, file)));
	return hash.digest('hex');
}

/** @param {RecipeName} name */
const folderOf = (name) => join(PROGRAM, name);

/**
 * Follows a recipe unless that was done before, and returns the folder of what it made. The mark is written
 * last, so that what was interrupted is taken up again.
 *
 * @param {RecipeName} name
 * @param {(folder: string) => Promise<void>} install
 */
async function follow(name, install) {
	const folder = folderOf(name);
	const mark = join(folder, 'installed');
	const hash = hashOf(name);
	if (existsSync(mark) && readFileSync(mark, 'utf8') === hash) return folder;
	await mkdir(folder, { recursive: true });
	await rm(mark, { force: true });
	for (const file of RECIPES[name]) {
		await copyFile(join(__dirname, name, file), join(folder, file));
	}
	await install(folder);
	await writeFile(mark, hash);
	return folder;
}

module.exports = { follow, folderOf, PROGRAM };
