import type { AddressInfo, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { buildApi } from './api';
import { buildImages } from './images';
import { SandboxState } from './state';
import type { Sandbox, SandboxOptions } from './types';

export type * from './faults';
export type * from './types';

const HOST = '127.0.0.1';

/** Starts an embedded MiniMax image API. Throws if a port asked for is taken. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const state = new SandboxState(options);
	const servers = [new Origin(buildApi(state)), new Origin(buildImages(state))] as const;
	const closeServers = async () => {
		state.endWaits();
		await Promise.all(servers.map((server) => server.close()));
	};
	try {
		state.url = await servers[0].listen(options.port ?? 0);
		state.imageUrl = await servers[1].listen(options.imagePort ?? 0);
	} catch (error) {
		await closeServers();
		throw error;
	}
	let closing: Promise<void> | undefined;
	const close = async () => {
		closing ??= closeServers();
		await closing;
		if (state.violations.length === 0) return;
		throw new Error(`The image origin was shown the key:\n${state.violations.join('\n')}`);
	};
	return Object.assign(state, { close });
}

/** A server that can be closed at once, whoever still hangs on to it. */
class Origin {
	private readonly sockets = new Set<Socket>();
	private closed = false;

	constructor(private readonly app: FastifyInstance) {
		app.server.on('connection', (socket: Socket) => {
			if (this.closed) return void socket.destroy();
			this.sockets.add(socket);
			socket.once('close', () => this.sockets.delete(socket));
		});
	}

	async listen(port: number): Promise<string> {
		await this.app.listen({ host: HOST, port });
		return `http://${HOST}:${(this.app.server.address() as AddressInfo).port}`;
	}

	async close(): Promise<void> {
		this.closed = true;
		for (const socket of this.sockets) socket.destroy();
		await this.app.close();
	}
}
