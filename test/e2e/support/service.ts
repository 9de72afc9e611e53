import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

const READY_MS = 30_000;
const POLL_MS = 50;

/** A server of the tests' own, which runs as long as they do. */
export interface Service {
	/** Ends it. To be called after whoever uses it has ended. */
	stop(): Promise<void>;
}

export interface ServiceOptions {
	program: string;
	args: string[];
	/** Debian's package that brings the program. */
	debianPackage: string;
	isReady(): Promise<boolean>;
	/** What ends it. Default: SIGTERM. */
	stopSignal?: NodeJS.Signals;
	/** Whom it runs as. Default: whoever runs the tests. */
	user?: { uid: number; gid: number };
}

/**
 * Starts a server and waits until it is ready.
 * Throws an Error that names what is missing, or with the last words of a server that does not start.
 */
export async function startService(options: ServiceOptions): Promise<Service> {
	const { program, args, debianPackage, isReady, stopSignal = 'SIGTERM', user } = options;
	const child = spawn(program, args, {
		cwd: tmpdir(),
		stdio: ['ignore', 'pipe', 'pipe'],
		...user,
	});
	let words = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (bytes) => (words = `${words}${bytes}`.slice(-2_000)));
	}
	let failure: NodeJS.ErrnoException | undefined;
	let running = true;
	const killAtExit = () => child.kill('SIGKILL');
	process.once('exit', killAtExit);
	const ended = new Promise<void>((resolve) => {
		const end = () => {
			running = false;
			process.off('exit', killAtExit);
			resolve();
		};
		child.once('close', end).once('error', (error) => {
			failure = error;
			end();
		});
	});
	const stop = async () => {
		child.kill(stopSignal);
		await ended;
	};

	const deadline = Date.now() + READY_MS;
	while (!(await isReady())) {
		if (running && Date.now() < deadline) {
			await sleep(POLL_MS);
			continue;
		}
		await stop();
		if (failure?.code === 'ENOENT') {
			throw new Error(`There is no ${program}: install Debian's package "${debianPackage}"`);
		}
		throw new Error(`${program} did not start\n${failure?.message ?? words}`);
	}
	return { stop };
}
