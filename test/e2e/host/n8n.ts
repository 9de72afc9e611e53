import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Host } from './install.cjs';
import { lastLines } from './log';
import { freePort, HOST } from './ports';

const READY_MS = 120_000;
const POLL_MS = 100;
const STOP_MS = 20_000;

export interface N8nOptions {
	host: Host;
	/** Holds database, files and installed packages, in n8n's own layout below. */
	userFolder: string;
	/** `worker` takes executions from a queue. Default: `start`, the editor and everything. */
	command?: 'start' | 'worker';
	/** What follows the command, such as `--concurrency=5`. */
	args?: string[];
	/** Default: the system's choice. */
	port?: number;
	/** More of n8n's settings. */
	env?: Record<string, string>;
}

/** A running process of n8n. */
export interface RunningN8n {
	/** Such as `http://127.0.0.1:5678`. */
	readonly url: string;
	/** File with everything it wrote. */
	readonly log: string;
	/** Resolves when the process has ended, with its exit code or the signal that ended it. */
	readonly ended: Promise<number | NodeJS.Signals>;
	signal(signal: NodeJS.Signals): void;
	/** Ends it the way a service manager does: SIGTERM, and SIGKILL if that takes too long. */
	stop(): Promise<void>;
}

/** n8n's settings come from `env` alone; npm's and jest's are none of its business. */
function inheritedEnvironment(): NodeJS.ProcessEnv {
	const foreign = /^(npm_|jest_|n8n_|db_|executions_|queue_|node_env$|node_options$|init_cwd$)/i;
	return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

async function settings(options: N8nOptions, port: number): Promise<NodeJS.ProcessEnv> {
	return {
		...inheritedEnvironment(),
		N8N_USER_FOLDER: options.userFolder,
		N8N_LISTEN_ADDRESS: HOST,
		N8N_PORT: String(port),
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		// A worker has no editor; this is where it tells that it is ready.
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: HOST,
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_SECURE_COOKIE: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'false',
		// These look for servers on the internet.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
		N8N_DISABLED_MODULES: 'mcp-registry,instance-ai',
		...options.env,
	};
}

async function isReady(url: string): Promise<boolean> {
	return await fetch(`${url}/healthz/readiness`).then(
		({ ok }) => ok,
		() => false,
	);
}

/**
 * Starts n8n and waits until it is ready, about ten seconds.
 * Throws an Error with its last words when it ends before, or does not get ready.
 */
export async function startN8n(options: N8nOptions): Promise<RunningN8n> {
	const { host, userFolder, command = 'start', args = [] } = options;
	const port = options.port ?? (await freePort());
	const url = `http://${HOST}:${port}`;
	await mkdir(userFolder, { recursive: true });
	const log = join(userFolder, `${command}-${port}.log`);
	const file = createWriteStream(log);
	const child = spawn(host.node, [host.n8n, command, ...args], {
		cwd: userFolder,
		env: await settings(options, port),
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	for (const stream of [child.stdout, child.stderr]) stream.pipe(file, { end: false });

	let running = true;
	const killAtExit = () => child.kill('SIGKILL');
	process.once('exit', killAtExit);
	const ended = new Promise<number | NodeJS.Signals>((resolve, reject) => {
		child.once('error', reject).once('close', (code, signal) => {
			running = false;
			process.off('exit', killAtExit);
			file.end();
			resolve(code ?? signal ?? 0);
		});
	});
	const stop = async () => {
		child.kill('SIGTERM');
		const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
		await ended;
		clearTimeout(patience);
	};

	const deadline = Date.now() + READY_MS;
	while (!(await isReady(url))) {
		if (running && Date.now() < deadline) await sleep(POLL_MS);
		else {
			await stop();
			throw new Error(`n8n did not start; all of its words are in ${log}\n${await lastLines(log)}`);
		}
	}
	return { url, log, ended, signal: (signal) => child.kill(signal), stop };
}
