import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface RecordedRequest {
	method: string;
	/** As it stands in the first line of the request: a path, or at a proxy a whole address. */
	url: string;
	authorization: string | undefined;
}

/** What the recorder answers a request. */
export interface RecordedAnswer {
	status?: number;
	headers?: Record<string, string>;
	body?: unknown;
}

/** A host on this machine that writes down who knocks, and with what key. */
export interface Recorder {
	readonly url: string;
	readonly requests: RecordedRequest[];
	/** Requests to connect to another host, as proxies get them for https. All are refused. */
	readonly tunnels: string[];
	/** Default: `{}` with HTTP 200. */
	answer: (request: RecordedRequest) => RecordedAnswer;
	/** Forgets everything, the answer too. */
	reset(): void;
	close(): Promise<void>;
}

const recorded = ({ method = '', url = '', headers }: IncomingMessage): RecordedRequest => ({
	method,
	url,
	authorization: headers.authorization,
});

/** Starts a recorder on a free port. */
export async function startRecorder(): Promise<Recorder> {
	const server = createServer((request, response) => {
		request.resume();
		const entry = recorded(request);
		recorder.requests.push(entry);
		const { status = 200, headers, body = {} } = recorder.answer(entry);
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		const type = text.startsWith('<') ? 'text/html' : 'application/json';
		response.writeHead(status, { 'content-type': type, ...headers }).end(text);
	});
	server.on('connect', ({ url = '' }, socket) => {
		recorder.tunnels.push(url);
		socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const recorder: Recorder = {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests: [],
		tunnels: [],
		answer: () => ({}),
		reset() {
			recorder.requests.length = 0;
			recorder.tunnels.length = 0;
			recorder.answer = () => ({});
		},
		async close() {
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		},
	};
	return recorder;
}
