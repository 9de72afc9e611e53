// @ts-check
// Plain JavaScript, since it runs while everything else is being installed.
const { existsSync, readFileSync, realpathSync } = require('node:fs');
const { copyFile, mkdir, readFile, rename } = require('node:fs/promises');
const { dirname, join } = require('node:path');

const { follow, folderOf, PROGRAM } = require('./recipe.cjs');
const { run } = require('./run.cjs');

/** @typedef {import('./progress.cjs').During} During */
/** @typedef {import('./progress.cjs').OnProgress} OnProgress */

/**
 * A real n8n on this machine.
 *
 * @typedef {object} Host
 * @property {string} node The Node.js that runs it.
 * @property {string} n8n Its command-line program, a JavaScript file.
 * @property {string} n8nWorkflow Its own `n8n-workflow`, which nodes have to share with it.
 * @property {string} version
 */

/** What n8n 2.41.1 asks for in its `engines`. */
const NODE_MAJOR = 24;
const BINARY = 'build/Release/node_sqlite3.node';
const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];

const isNewEnough = () => Number.parseInt(process.versions.node) >= NODE_MAJOR;

/** The Node.js that was brought along, or the one that runs this where that is new enough. */
function findNode() {
	if (isNewEnough()) return process.execPath;
	const windows = process.platform === 'win32';
	const name = `node-${windows ? 'win' : process.platform}-${process.arch}`;
	const program = windows ? 'node.exe' : 'node';
	const node = join(folderOf('node'), 'node_modules', name, 'bin', program);
	if (existsSync(node)) return node;
	throw new Error(`n8n needs Node.js ${NODE_MAJOR} or later, and this is ${process.version}`);
}

/** @param {string} folder */
async function installNode(folder) {
	await run('Node.js', ['npm', 'ci', '--ignore-scripts', ...QUIET], { folder });
	findNode();
}

/** @param {string} folder */
async function installTools(folder) {
	await run('pnpm', ['npm', 'ci', '--ignore-scripts', ...QUIET], { folder });
}

/**
 * n8n's database is compiled against Node's headers, which lie beside many a Node.js; others download them.
 *
 * @returns {NodeJS.ProcessEnv}
 */
function headers() {
	const prefix = dirname(dirname(process.execPath));
	return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}

/**
 * Fetches n8n's database, or compiles it where it cannot be fetched, which takes longest of all and needs nothing
 * of n8n: it works with any Node.js. Compiled lightly it takes a third of the time, and is fast enough for one user.
 *
 * @param {string} folder
 */
async function installDatabase(folder) {
	const what = "n8n's database";
	// npm brings along a newer compiler's helper than the optional one.
	await run(what, ['npm', 'ci', '--ignore-scripts', '--omit=optional', ...QUIET], { folder });
	await run(what, ['npm', 'rebuild', '--foreground-scripts', 'sqlite3'], {
		folder,
		env: {
			JOBS: '2',
			CFLAGS: '-O1',
			CXXFLAGS: '-O1',
			...headers(),
			...process.env,
			npm_config_ignore_scripts: 'false',
		},
	});
}

/**
 * @param {string} tools
 * @param {string} folder
 * @param {OnProgress} say
 */
async function installPackages(tools, folder, say) {
	const lockfile = await readFile(join(folder, 'pnpm-lock.yaml'), 'utf8');
	const packages = lockfile.match(/^ {4}resolution:/gm)?.length ?? 0;
	const pnpm = join(tools, 'node_modules/pnpm/bin/pnpm.cjs');
	const options = ['--frozen-lockfile', `--store-dir=${join(PROGRAM, 'store')}`];
	await run('n8n', [process.execPath, pnpm, 'install', ...options, '--reporter=append-only'], {
		folder,
		onLine(line) {
			const added = /^Progress: .*added (\d+)/.exec(line)?.[1];
			if (added) say(`${added} of about ${packages} packages`);
		},
	});
}

const n8nFolder = () => join(folderOf('n8n'), 'node_modules/n8n');

/** pnpm puts the packages that n8n needs beside it. */
const besideN8n = () => dirname(realpathSync(n8nFolder()));

/**
 * Puts the database where n8n looks for it, whole or not at all.
 *
 * @param {string} database
 */
async function joinDatabase(database) {
	const target = join(realpathSync(join(besideN8n(), 'sqlite3')), BINARY);
	if (existsSync(target)) return;
	await mkdir(dirname(target), { recursive: true });
	const half = `${target}.half`;
	await copyFile(join(database, 'node_modules/sqlite3', BINARY), half);
	await rename(half, target);
}

/** @returns {Host} */
function findHost() {
	const folder = n8nFolder();
	const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
	return {
		node: findNode(),
		n8n: join(folder, 'bin/n8n'),
		n8nWorkflow: join(besideN8n(), 'n8n-workflow'),
		version,
	};
}

/**
 * Installs a real n8n into a folder that git ignores, about two minutes the first time and nothing later. Its parts
 * are installed at once. Throws an Error that says what failed; the next call goes on from there.
 *
 * @param {During} during
 * @returns {Promise<Host>}
 */
async function installHost(during) {
	const packages = async () => {
		const tools = await follow('tools', installTools);
		return await follow('n8n', (folder) =>
			during('n8n', (say) => installPackages(tools, folder, say)),
		);
	};
	const [database] = await Promise.all([
		follow('database', (folder) => during("n8n's database", () => installDatabase(folder))),
		packages(),
		isNewEnough() || follow('node', (folder) => during('Node.js', () => installNode(folder))),
	]);
	await joinDatabase(database);
	return findHost();
}

module.exports = { installHost };
