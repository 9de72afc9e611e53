// @ts-check
const { spawn, spawnSync } = require('node:child_process');
const { createWriteStream } = require('node:fs');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { finished } = require('node:stream/promises');

const WINDOWS = process.platform === 'win32';
const LAST_LINES = 20;

/**
 * @typedef {object} RunOptions
 * @property {string} folder
 * @property {string} [logs] Folder of the log file, if another.
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(line: string) => void} [onLine]
 */

/**
 * Ends a process with all that it has started, such as a compiler.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
function endTree({ pid }) {
	if (pid === undefined) return;
	if (WINDOWS) {
		spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']);
		return;
	}
	try {
		process.kill(-pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}

/**
 * Runs a command to its end, its words in `install.log` of its folder. It ends when this process exits.
 * Throws an Error with the last of the words when it fails.
 *
 * @param {string} what For that error.
 * @param {[string, ...string[]]} command
 * @param {RunOptions} options
 */
async function run(what, [program, ...args], { folder, logs = folder, env = process.env, onLine }) {
	const log = join(logs, 'install.log');
	const file = createWriteStream(log);
	/** @type {string[]} */
	const last = [];
	// On Windows npm is a batch file, which only a shell can start.
	const shell = WINDOWS && program === 'npm';
	const child = spawn(program, args, {
		cwd: folder,
		env,
		stdio: ['ignore', 'pipe', 'pipe'],
		shell,
		windowsHide: true,
		// A process group of its own, so that it can be ended with all that it has started.
		detached: !WINDOWS,
	});
	const endAtExit = () => endTree(child);
	process.once('exit', endAtExit);
	for (const input of [child.stdout, child.stderr]) {
		createInterface({ input }).on('line', (line) => {
			file.write(`${line}\n`);
			last.push(line);
			if (last.length > LAST_LINES) last.shift();
			onLine?.(line);
		});
	}
	try {
		const status = await new Promise((resolve, reject) => {
			child.once('error', reject).once('close', resolve);
		});
		if (status === 0) return;
	} finally {
		process.off('exit', endAtExit);
		await finished(file.end());
	}
	throw new Error(
		`The installation of ${what} failed; all of its words are in ${log}\n${last.join('\n')}`,
	);
}

module.exports = { run };
