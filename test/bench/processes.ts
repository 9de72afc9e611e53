import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

import type { Job, Measurement, ServerAddress, ServerOrder, ServerStats } from './types';

function start(file: string): ChildProcess {
	return fork(join(__dirname, file), { execArgv: ['--import', 'tsx'] });
}

async function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
	const failed = once(child, 'exit').then(([code]) => {
		throw new Error(`The process ended with code ${code} before it answered`);
	});
	child.send(message);
	const [answer] = (await Promise.race([once(child, 'message'), failed])) as [T];
	return answer;
}

async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, 'exit');
	// Not killed: what a process stored on disk goes when it exits by itself.
	child.disconnect();
	await gone;
}

/** Runs `use` beside a server process of its own, and returns what both say. */
export async function withServer<T>(
	order: ServerOrder,
	use: (address: ServerAddress) => Promise<T>,
): Promise<{ result: T; stats: ServerStats }> {
	const server = start('server.ts');
	try {
		const address = await ask<ServerAddress>(server, order);
		const result = await use(address);
		return { result, stats: await ask<ServerStats>(server, 'stats') };
	} finally {
		await end(server);
	}
}

/** Measures one job in a fresh process. */
export async function measure(job: Job): Promise<Measurement> {
	const subject = start('subject.ts');
	try {
		return await ask<Measurement>(subject, job);
	} finally {
		await end(subject);
	}
}
