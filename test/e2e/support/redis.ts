import { connect } from 'node:net';

import { freePort, HOST } from '../host/ports';
import { startService } from './service';
import type { Service } from './service';

const ANSWER_MS = 2_000;

/** A running Redis that keeps everything in memory. */
export interface Redis extends Service {
	/** n8n's settings for it. */
	readonly env: Record<string, string>;
}

async function answersPing(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = connect(port, HOST, () => socket.write('PING\r\n'));
		const answer = (alive: boolean) => () => {
			socket.destroy();
			resolve(alive);
		};
		socket.setTimeout(ANSWER_MS, answer(false));
		socket.once('error', answer(false)).once('close', answer(false));
		socket.once('data', (bytes) => answer(bytes.toString().startsWith('+PONG'))());
	});
}

/** Starts a Redis of the tests' own. Throws an Error that names what is missing. */
export async function startRedis(): Promise<Redis> {
	const port = await freePort();
	const settings = { bind: HOST, port, save: '', appendonly: 'no', daemonize: 'no' };
	const service = await startService({
		program: 'redis-server',
		args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
		debianPackage: 'redis-server',
		isReady: () => answersPing(port),
	});
	return {
		...service,
		env: { QUEUE_BULL_REDIS_HOST: HOST, QUEUE_BULL_REDIS_PORT: String(port) },
	};
}
