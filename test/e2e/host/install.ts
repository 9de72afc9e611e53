import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, existsSync, readFileSync, realpathSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';

import { lastLines } from './log';

const ROOT = join(__dirname, '../../..');
const RECIPE = __dirname;
const WINDOWS = process.platform === 'win32';
const PROGRAM = join(ROOT, '.n8n/program');
/** Written last, so that an installation that was interrupted is taken up again. */
const MARK = join(PROGRAM, 'installed');
const TOOLS_FILES = ['package.json', 'package-lock.json'];
const N8N_FILES = ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'];
/** What n8n 2.41.1 asks for in its `engines`. */
const NODE_MAJOR = 24;

/** A real n8n on this machine. */
export interface Host {
	/** The Node.js that runs it. */
	node: string;
	/** Its command-line program, a JavaScript file. */
	n8n: string;
	/** Its own `n8n-workflow`, which nodes have to share with it. */
	n8nWorkflow: string;
	version: string;
}

/** Called with what the installation is doing, whenever that changes. */
export type OnProgress = (doing: string) => void;

const recipeFiles = () => [
	...TOOLS_FILES.map((file) => join(RECIPE, 'tools', file)),
	...N8N_FILES.map((file) => join(RECIPE, 'n8n', file)),
];

function recipeHash(): string {
	const hash = createHash('sha256').update(process.platform).update(process.arch);
	for (const file of recipeFiles()) hash.update(readFileSync(file));
	return hash.digest('hex');
}

async function copyRecipe(name: 'tools' | 'n8n', files: string[]): Promise<string> {
	const folder = join(PROGRAM, name);
	await mkdir(folder, { recursive: true });
	for (const file of files) await copyFile(join(RECIPE, name, file), join(folder, file));
	return folder;
}

/** Runs a command to its end, its words in a log file. Throws an Error with the last of them when it fails. */
async function run(
	[command, ...args]: [string, ...string[]],
	folder: string,
	env: NodeJS.ProcessEnv,
	onLine: OnProgress,
): Promise<void> {
	const log = join(folder, 'install.log');
	const file = createWriteStream(log);
	const child = spawn(command, args, {
		cwd: folder,
		env,
		stdio: ['ignore', 'pipe', 'pipe'],
		shell: WINDOWS,
	});
	const lines = [child.stdout, child.stderr].map((stream) => createInterface({ input: stream }));
	for (const reader of lines) {
		reader.on('line', (line) => {
			file.write(`${line}\n`);
			onLine(line);
		});
	}
	const status = await new Promise<number | null>((resolve, reject) => {
		child.once('error', reject).once('close', resolve);
	});
	await finished(file.end());
	if (status === 0) return;
	throw new Error(
		`The installation of n8n failed; all of its words are in ${log}\n${await lastLines(log)}`,
	);
}

/** The Node.js among the tools, or the one that runs this where that is new enough. */
function findNode(tools: string): string {
	if (Number.parseInt(process.versions.node) >= NODE_MAJOR) return process.execPath;
	const name = `node-${WINDOWS ? 'win' : process.platform}-${process.arch}`;
	const node = join(tools, 'node_modules', name, 'bin', WINDOWS ? 'node.exe' : 'node');
	if (existsSync(node)) return node;
	throw new Error(`n8n needs Node.js ${NODE_MAJOR} or later, and this is ${process.version}`);
}

/** n8n's database is compiled against Node's headers, which lie beside many a Node.js; others download them. */
function headersBeside(node: string): NodeJS.ProcessEnv {
	const prefix = dirname(dirname(node));
	return existsSync(join(prefix, 'include/node/node_api.h')) ? { npm_config_nodedir: prefix } : {};
}

async function installTools(onProgress: OnProgress): Promise<string> {
	onProgress('Installing the tools that n8n needs');
	const folder = await copyRecipe('tools', TOOLS_FILES);
	const npm = WINDOWS ? 'npm.cmd' : 'npm';
	const command: [string, ...string[]] = [npm, 'ci', '--no-audit', '--no-fund', '--ignore-scripts'];
	await run(command, folder, process.env, () => undefined);
	return folder;
}

async function installN8n(tools: string, node: string, onProgress: OnProgress): Promise<void> {
	const folder = await copyRecipe('n8n', N8N_FILES);
	const lockfile = await readFile(join(folder, 'pnpm-lock.yaml'), 'utf8');
	const packages = lockfile.match(/^ {4}resolution:/gm)?.length ?? 0;
	const onLine = (line: string) => {
		const added = /^Progress: .*added (\d+)/.exec(line)?.[1];
		if (added) onProgress(`Installing n8n: ${added} of about ${packages} packages`);
		else if (line.includes('sqlite3 install')) onProgress("Compiling n8n's database");
	};
	const pnpm = join(tools, 'node_modules/pnpm/bin/pnpm.cjs');
	const store = join(PROGRAM, 'store');
	await run(
		[node, pnpm, 'install', '--frozen-lockfile', `--store-dir=${store}`, '--reporter=append-only'],
		folder,
		{
			JOBS: '2',
			MAKEFLAGS: '-j2',
			...headersBeside(process.execPath),
			...process.env,
			PATH: [dirname(node), process.env.PATH].join(delimiter),
			npm_config_ignore_scripts: 'false',
		},
		onLine,
	);
}

function hostIn(folder: string): Host {
	const n8n = join(folder, 'n8n/node_modules/n8n');
	const { version } = JSON.parse(readFileSync(join(n8n, 'package.json'), 'utf8'));
	return {
		node: findNode(join(folder, 'tools')),
		n8n: join(n8n, 'bin/n8n'),
		// pnpm puts the packages that n8n needs beside it.
		n8nWorkflow: join(dirname(realpathSync(n8n)), 'n8n-workflow'),
		version,
	};
}

/**
 * Installs a real n8n into a folder that git ignores, about two minutes the first time and nothing later.
 * Throws an Error that says what failed; the next call goes on from there.
 */
export async function installHost(onProgress: OnProgress = () => undefined): Promise<Host> {
	const hash = recipeHash();
	const installed = existsSync(MARK) ? readFileSync(MARK, 'utf8') : '';
	if (installed !== hash) {
		await rm(MARK, { force: true });
		const tools = await installTools(onProgress);
		await installN8n(tools, findNode(tools), onProgress);
		await writeFile(MARK, hash);
	}
	return hostIn(PROGRAM);
}
