import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** n8n listens here alone. */
export const HOST = '127.0.0.1';

async function listenOn(port: number): Promise<number> {
	const server = createServer();
	server.listen(port, HOST);
	await once(server, 'listening');
	const taken = (server.address() as AddressInfo).port;
	server.close();
	await once(server, 'close');
	return taken;
}

/** A port that nothing listens on, chosen by the system. */
export async function freePort(): Promise<number> {
	return await listenOn(0);
}

/** Whether something listens on a port already. */
export async function isTaken(port: number): Promise<boolean> {
	return await listenOn(port).then(
		() => false,
		(error: NodeJS.ErrnoException) => {
			if (error.code === 'EADDRINUSE') return true;
			throw error;
		},
	);
}
