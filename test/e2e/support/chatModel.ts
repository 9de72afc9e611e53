import fastify from 'fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';

import { completions } from './chatCompletions';
import type { Dialect, Heard, Step } from './chatDialect';
import { responses } from './chatResponses';

const HOST = '127.0.0.1';

/** A running service that speaks like OpenAI's, and says what a script tells it to. */
export interface ChatModel {
	/** Base URL for a credential, such as `http://127.0.0.1:40001/v1`. */
	readonly url: string;
	/** The only key accepted. */
	readonly key: string;
	readonly heard: readonly Heard[];
	/** What it says next, first in first out. A request that nothing is left for is refused. */
	script(...steps: Step[]): void;
	/** Forgets script and requests. */
	reset(): void;
	close(): Promise<void>;
}

const refuse = async (reply: FastifyReply, status: number, message: string) =>
	await reply.code(status).send({ error: { message, type: 'invalid_request_error' } });

/** Starts a chat model on a port of the system's choice. */
export async function startChatModel(key = 'chat-model-key-0001'): Promise<ChatModel> {
	const app = fastify({ forceCloseConnections: true, bodyLimit: 64 * 1024 * 1024 });
	const heard: Heard[] = [];
	let steps: Step[] = [];
	let answers = 0;

	const answerIn =
		(api: Heard['api'], dialect: Dialect) =>
		async (request: FastifyRequest, reply: FastifyReply) => {
			const raw = request.body as string;
			const { authorization } = request.headers;
			const now: Heard = { api, authorization, raw, ...dialect.read(raw) };
			heard.push(now);
			if (authorization !== `Bearer ${key}`) return await refuse(reply, 401, 'Wrong key');
			const step = steps.shift();
			if (!step) return await refuse(reply, 400, 'The script has ended');
			const turn = typeof step === 'function' ? step(now) : step;
			answers += 1;
			if (!now.stream) return await reply.send(dialect.answer(turn, String(answers)));
			const events = dialect.events(turn, String(answers)).map((event) => JSON.stringify(event));
			const body = [...events, '[DONE]'].map((data) => `data: ${data}\n\n`).join('');
			return await reply.type('text/event-stream').send(body);
		};
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
	app.post('/v1/responses', answerIn('responses', responses));
	app.post('/v1/chat/completions', answerIn('completions', completions));
	await app.listen({ host: HOST, port: 0 });

	return {
		url: `http://${HOST}:${(app.server.address() as AddressInfo).port}/v1`,
		key,
		heard,
		script: (...more) => void steps.push(...more),
		reset() {
			steps = [];
			heard.length = 0;
			answers = 0;
		},
		async close() {
			await app.close();
		},
	};
}
