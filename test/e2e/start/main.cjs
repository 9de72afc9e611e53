// @ts-check
// Where `npm start` begins: plain JavaScript, so that n8n and the packages of this folder, which everything else
// needs, are installed at the same time.
const { mkdirSync } = require('node:fs');
const { createRequire } = require('node:module');
const { join } = require('node:path');

const { isInstalled, NPM_CI } = require('../../support/installed.cjs');
const { installHost } = require('../host/install.cjs');
const { ProgressLine, together } = require('../host/progress.cjs');
const { run } = require('../host/run.cjs');

/** @typedef {import('../host/install.cjs').Host} Host */
/** @typedef {import('../host/progress.cjs').During} During */

/**
 * What the rest of the start is given.
 *
 * @typedef {object} Beginning
 * @property {string[]} args
 * @property {ProgressLine} progress
 * @property {During} during
 * @property {() => Promise<Host>} prepareHost Begins to install n8n unless that was begun, and waits for its end.
 * @property {(handler: () => void) => void} onInterrupt Has a handler called instead of leaving at once.
 */

const ROOT = join(__dirname, '../../..');
const LOGS = join(ROOT, '.n8n');
const FAILED = 1;
const INTERRUPTED = 130;

/**
 * Until n8n runs there is nothing to end in order; leaving ends the processes that were started.
 *
 * @type {() => void}
 */
let interrupted = () => process.exit(INTERRUPTED);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupted());

const args = process.argv.slice(2);
const progress = new ProgressLine();
const during = together(progress.show);

/** @param {Error} error */
function fail(error) {
	progress.end();
	console.error(`start: ${error.message}`);
	process.exit(FAILED);
}

/** @type {Promise<Host> | undefined} */
let host;
const prepareHost = () => (host ??= installHost(during));

async function installPackages() {
	mkdirSync(LOGS, { recursive: true });
	await run('the development packages', ['npm', ...NPM_CI], { folder: ROOT, logs: LOGS });
}

async function main() {
	if (!isInstalled(ROOT)) {
		// Whoever asks for help wants no n8n yet.
		if (!args.includes('--help') && !args.includes('-h')) prepareHost().catch(fail);
		await during('development packages', installPackages);
	}
	// From here on TypeScript can be loaded.
	createRequire(__filename)('tsx/cjs');
	const { start } = require('./start');
	const onInterrupt = (/** @type {() => void} */ handler) => void (interrupted = handler);
	process.exit(await start({ args, progress, during, prepareHost, onInterrupt }));
}

main().catch(fail);
