import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { together } from '../e2e/host/progress.cjs';
import type * as Recipe from '../e2e/host/recipe.cjs';
import { run } from '../e2e/host/run.cjs';

const HOST = join(__dirname, '../e2e/host');
const NODE = process.execPath;

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'minimax-image-host-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Waits until something is the case. */
async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await sleep(20);
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
	} catch {
		return false;
	}
	// A process that has ended stays in the list until its parent has asked for it.
	const state = `/proc/${pid}/stat`;
	return !existsSync(state) || !readFileSync(state, 'utf8').includes(') Z ');
}

test('an installation that fails names its log, and ends with the last words in it', async () => {
	const script = 'for (let i = 1; i <= 30; i++) console.log(`line ${i}`); process.exit(3)';

	await expect(run('the thing', [NODE, '-e', script], { folder })).rejects.toThrow(
		new RegExp(
			`^The installation of the thing failed; all of its words are in .*install.log\nline 11\n`,
		),
	);

	expect(readFileSync(join(folder, 'install.log'), 'utf8').split('\n')).toHaveLength(31);
});

test('a program that is not there fails its installation', async () => {
	await expect(run('it', [join(folder, 'missing')], { folder })).rejects.toThrow('ENOENT');
});

test('leaving ends an installation with all that it has started', async () => {
	const file = join(folder, 'pid');
	const sleeper = 'setInterval(() => undefined, 1000)';
	const installer = `
		const { pid } = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(sleeper)}]);
		require('node:fs').writeFileSync(${JSON.stringify(file)}, String(pid));
		${sleeper}`;
	const program = `
		process.on('SIGTERM', () => process.exit(130));
		require(${JSON.stringify(join(HOST, 'run.cjs'))})
			.run('it', [process.execPath, '-e', ${JSON.stringify(installer)}], { folder: ${JSON.stringify(folder)} });`;
	const starter = spawn(NODE, ['-e', program], { stdio: 'inherit' });
	await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
	const pid = Number(readFileSync(file, 'utf8'));
	expect(isRunning(pid)).toBe(true);

	starter.kill('SIGTERM');

	expect(await once(starter, 'close')).toEqual([130, null]);
	await until(() => !isRunning(pid));
});

test('a recipe that was interrupted is followed again, one that is done only when it has changed', async () => {
	const recipes = join(folder, 'test/e2e/host');
	cpSync(HOST, recipes, { recursive: true });
	const { follow } = (await import(join(recipes, 'recipe.cjs'))) as typeof Recipe;
	const installed: string[] = [];
	const install = async (where: string) => void installed.push(where);
	const interrupt = async () => await Promise.reject(new Error('interrupted'));

	await expect(follow('tools', interrupt)).rejects.toThrow('interrupted');
	const made = await follow('tools', install);
	await follow('tools', install);
	expect(installed).toEqual([made]);
	expect(made).toBe(join(folder, '.n8n/program/tools'));

	writeFileSync(join(recipes, 'tools/package.json'), '{"name": "newer"}');
	await follow('tools', install);
	expect(installed).toEqual([made, made]);
	expect(readFileSync(join(made, 'package.json'), 'utf8')).toContain('newer');
});

test('what is done at the same time is told in one line, until it is done', async () => {
	const told: string[] = [];
	const during = together((line) => told.push(line));
	let finish: () => void = () => undefined;

	const slow = during('n8n', async (say) => {
		say('1 of 2 packages');
		await new Promise<void>((resolve) => (finish = resolve));
		return 'made';
	});
	await during('its database', async () => undefined);
	finish();

	expect(await slow).toBe('made');
	expect(told).toEqual([
		'Installing n8n',
		'Installing n8n (1 of 2 packages)',
		'Installing n8n (1 of 2 packages), its database',
		'Installing n8n (1 of 2 packages)',
	]);
});

test('the database that is compiled beside n8n is the one that n8n asks for', () => {
	const read = (file: string) => readFileSync(join(HOST, file), 'utf8');
	const { dependencies } = JSON.parse(read('database/package.json'));
	const wanted = [...read('n8n/pnpm-lock.yaml').matchAll(/^ {2}sqlite3@([\d.]+):$/gm)];

	expect(new Set(wanted.map(([, version]) => version))).toEqual(new Set([dependencies.sqlite3]));
});
